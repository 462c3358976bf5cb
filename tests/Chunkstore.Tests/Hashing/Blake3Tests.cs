using BackupEngine.Chunkstore.Hashing;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

/// <summary>The digests, on every kernel that this processor has.</summary>
public sealed class Blake3Tests
{
    public static TheoryData<Blake3Kernel> Kernels => new(Enum.GetValues<Blake3Kernel>());

    [Fact]
    public void The_official_vectors_are_all_there() => Assert.Equal(35, Blake3Vector.All.Count);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Official_vectors(Blake3Kernel kernel)
    {
        SkipUnlessSupported(kernel);
        foreach (var vector in Blake3Vector.All)
        {
            var input = Blake3Vector.Input(vector.InputBytes);
            Assert.Equal(Blake3Vector.Short(vector.Hash), Hash(Blake3Mode.Plain(kernel), input));
            Assert.Equal(Blake3Vector.Short(vector.KeyedHash), Hash(Blake3Mode.Keyed(Blake3Vector.Key, kernel), input));
            Assert.Equal(Blake3Vector.Short(vector.DeriveKey), Derive(input, kernel));
        }
    }

    [Fact]
    public void The_public_calls_give_the_official_vectors()
    {
        foreach (var vector in Blake3Vector.All)
        {
            var input = Blake3Vector.Input(vector.InputBytes);
            var output = new byte[Blake3.DigestBytes];
            Blake3.Hash(input, output);
            Assert.Equal(Blake3Vector.Short(vector.Hash), Convert.ToHexStringLower(output));
            Blake3.HashKeyed(Blake3Vector.Key, input, output);
            Assert.Equal(Blake3Vector.Short(vector.KeyedHash), Convert.ToHexStringLower(output));
            Blake3.DeriveKey(Blake3Vector.Context, input, output);
            Assert.Equal(Blake3Vector.Short(vector.DeriveKey), Convert.ToHexStringLower(output));
        }
    }

    [Fact]
    public void A_key_or_an_output_of_another_length_is_refused()
    {
        var digest = new byte[32];
        Assert.Throws<ArgumentException>(() => Blake3.HashKeyed(new byte[31], [1], digest));
        Assert.Throws<ArgumentException>(() => Blake3.Hash([1], new byte[33]));
        Assert.Throws<ArgumentException>(() => Blake3Hasher.CreateKeyed(new byte[33]));
        Assert.Throws<ArgumentException>(() => Blake3Hasher.Create().Finish(new byte[31]));
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        var input = new byte[300_000];
        var output = new byte[32];
        Blake3.HashKeyed(Blake3Vector.Key, input, output);
        Assert.Equal(0, ThreadAllocations.Of(() => Blake3.HashKeyed(Blake3Vector.Key, input, output)));
    }

    internal static void SkipUnlessSupported(Blake3Kernel kernel) =>
        Assert.SkipUnless(Blake3Kernels.IsSupported(kernel), $"needs a processor with the kernel {kernel}");

    internal static string Hash(in Blake3Mode mode, ReadOnlySpan<byte> input)
    {
        var output = new byte[Blake3.DigestBytes];
        Blake3.Hash(mode, input, output);
        return Convert.ToHexStringLower(output);
    }

    private static string Derive(ReadOnlySpan<byte> input, Blake3Kernel kernel)
    {
        var output = new byte[Blake3.DigestBytes];
        Blake3.DeriveKey(Blake3Vector.Context, input, output, kernel);
        return Convert.ToHexStringLower(output);
    }
}
