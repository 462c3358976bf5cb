using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Errors;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Compression;

public sealed class ChunkCompressorTests
{
    /// <summary>Chunks of any length up to three sub-blocks, from incompressible to constant.</summary>
    private static readonly Gen<byte[]> Chunks =
        from length in Gen.Frequency((6, Gen.Int[1, 9000]), (3, Gen.Int[60_000, 70_000]), (1, Gen.Int[120_000, 200_000]))
        from period in Gen.Int[1, 70_000]
        from seed in Gen.Int
        select Periodic(length, period, seed);

    [Fact]
    public void What_was_compressed_comes_back() => Chunks.Sample(plain =>
    {
        var stored = new byte[ChunkCompressor.MaxCompressedBytes(plain.Length)];
        var length = ChunkCompressor.TryCompress(plain, stored);
        if (length == 0)
        {
            return;
        }

        Assert.InRange(length, 1, plain.Length - 1);
        var back = new byte[plain.Length];
        ChunkCompressor.Decompress(stored.AsSpan(0, length), back);
        Assert.Equal(plain, back);
    });

    [Theory]
    [InlineData(4096)]
    [InlineData(65536)]
    [InlineData(1 << 20)]
    [InlineData(4 << 20)]
    public void Random_bytes_are_not_smaller_and_repeated_ones_are(int length)
    {
        var stored = new byte[ChunkCompressor.MaxCompressedBytes(length)];
        Assert.Equal(0, ChunkCompressor.TryCompress(Periodic(length, length, 7), stored));
        Assert.InRange(ChunkCompressor.TryCompress(Periodic(length, 100, 7), stored), 1, length / 10);
    }

    [Fact]
    public void A_chunk_that_is_random_in_one_sub_block_only_is_compressed()
    {
        var plain = new byte[3 * ChunkCompressor.SubBlockBytes];
        new Random(1).NextBytes(plain.AsSpan(ChunkCompressor.SubBlockBytes, ChunkCompressor.SubBlockBytes));
        var stored = new byte[ChunkCompressor.MaxCompressedBytes(plain.Length)];
        var length = ChunkCompressor.TryCompress(plain, stored);
        Assert.InRange(length, ChunkCompressor.SubBlockBytes, ChunkCompressor.SubBlockBytes + 2048);
        var back = new byte[plain.Length];
        ChunkCompressor.Decompress(stored.AsSpan(0, length), back);
        Assert.Equal(plain, back);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_give_the_right_length_and_never_touch_the_neighbours() =>
        Gen.Select(Chunks, Gen.Int[0, int.MaxValue], Gen.Byte).Sample((plain, at, value) =>
        {
            var stored = new byte[ChunkCompressor.MaxCompressedBytes(plain.Length)];
            var length = ChunkCompressor.TryCompress(plain, stored);
            if (length == 0)
            {
                return;
            }

            stored[at % length] = value;
            var guarded = Enumerable.Repeat((byte)0xA5, plain.Length + 32).ToArray();
            try
            {
                ChunkCompressor.Decompress(stored.AsSpan(0, length), guarded.AsSpan(16, plain.Length));
            }
            catch (CorruptDataException)
            {
            }

            Assert.All(guarded.Take(16).Concat(guarded.TakeLast(16)), b => Assert.Equal(0xA5, b));
        });

    [Fact]
    public void Another_length_than_the_chunk_had_is_refused() => Chunks.Sample(plain =>
    {
        var stored = new byte[ChunkCompressor.MaxCompressedBytes(plain.Length)];
        var length = ChunkCompressor.TryCompress(plain, stored);
        if (length > 0)
        {
            Assert.Throws<CorruptDataException>(() => ChunkCompressor.Decompress(stored.AsSpan(0, length), new byte[plain.Length + 1]));
            Assert.Throws<CorruptDataException>(() => ChunkCompressor.Decompress(stored.AsSpan(0, length - 1), new byte[plain.Length]));
        }
    });

    private static byte[] Periodic(int length, int period, int seed)
    {
        var bytes = new byte[length];
        var unit = bytes.AsSpan(0, Math.Min(period, length));
        new Random(seed).NextBytes(unit);
        for (var at = unit.Length; at < length; at++)
        {
            bytes[at] = bytes[at - period];
        }

        return bytes;
    }
}
