using BackupEngine.Chunkstore.Hashing;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

/// <summary>Chunks hashed together have the ids that they have one by one.</summary>
public sealed class Blake3ManyTests
{
    public static TheoryData<Blake3Kernel> Kernels => new(Enum.GetValues<Blake3Kernel>());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Together_is_one_by_one(Blake3Kernel kernel)
    {
        Assert.SkipUnless(Blake3Kernels.IsSupported(kernel), $"this processor has no {kernel}");
        var input = new byte[1536 << 10];
        new Random(7).NextBytes(input);
        var mode = Blake3Mode.Keyed(Blake3Vector.Key, kernel);
        for (var length = 2048; length <= 512 << 10; length *= 2)
        {
            foreach (var count in (int[])[1, 2, 3, 5, 8, 16, 17, 31])
            {
                var inputs = input.AsSpan(0, Math.Min(count, input.Length / length) * length);
                var digests = new byte[inputs.Length / length * Blake3.DigestBytes];
                Blake3Many.Hash(mode, inputs, length, digests);
                for (var i = 0; i < digests.Length / Blake3.DigestBytes; i++)
                {
                    Assert.Equal(
                        Blake3Tests.Hash(mode, inputs.Slice(i * length, length)),
                        Convert.ToHexStringLower(digests.AsSpan(i * Blake3.DigestBytes, Blake3.DigestBytes)));
                }
            }
        }
    }

    [Theory]
    [InlineData(1024, 5)]
    [InlineData(3000, 4)]
    [InlineData(65536, 1)]
    [InlineData(65536, 70)]
    [InlineData(1 << 20, 2)]
    public void The_chunk_hasher_takes_any_length(int length, int count)
    {
        var chunks = new byte[length * count];
        new Random(3).NextBytes(chunks);
        var hasher = new ChunkHasher(Blake3Vector.Key);
        var ids = new ChunkId[count];
        hasher.HashMany(chunks, ids);
        Assert.Equal(Enumerable.Range(0, count).Select(i => hasher.Hash(chunks.AsSpan(i * length, length))), ids);
        Assert.Throws<ArgumentException>(() => hasher.HashMany(chunks.AsSpan(1), new ChunkId[count + 1]));
        Assert.Throws<ArgumentException>(() => hasher.HashMany([], []));
    }
}
