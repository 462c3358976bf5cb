using BackupEngine.Chunkstore.Hashing;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

public sealed class Blake3HasherTests
{
    [Fact]
    public void In_one_piece_it_gives_the_official_vectors()
    {
        foreach (var vector in Blake3Vector.All)
        {
            var input = Blake3Vector.Input(vector.InputBytes);
            Assert.Equal(Blake3Vector.Short(vector.Hash), InPieces(Blake3Hasher.Create(), input, [input.Length]));
            var keyed = InPieces(Blake3Hasher.CreateKeyed(Blake3Vector.Key), input, [input.Length]);
            Assert.Equal(Blake3Vector.Short(vector.KeyedHash), keyed);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void In_equal_pieces_it_gives_the_official_vectors(int pieceBytes)
    {
        foreach (var vector in Blake3Vector.All)
        {
            var input = Blake3Vector.Input(vector.InputBytes);
            var pieces = Enumerable.Repeat(pieceBytes, (input.Length / pieceBytes) + 1);
            Assert.Equal(Blake3Vector.Short(vector.Hash), InPieces(Blake3Hasher.Create(), input, pieces));
        }
    }

    [Fact]
    public void However_the_input_is_cut_the_digest_is_that_of_the_whole() =>
        Gen.Select(Gen.Int[0, 1_200_000], Gen.Int[0, 300_000].Array[0, 40], Gen.Int).Sample((length, pieces, seed) =>
        {
            var input = new byte[length];
            new Random(seed).NextBytes(input);
            return InPieces(Blake3Hasher.Create(), input, pieces) == Whole(input);
        }, iter: 150);

    [Fact]
    public void Finishing_in_between_changes_nothing()
    {
        var input = Blake3Vector.Input(20_000);
        var hasher = Blake3Hasher.Create();
        var output = new byte[32];
        for (var done = 0; done < input.Length; done += 500)
        {
            hasher.Update(input.AsSpan(done, 500));
            hasher.Finish(output);
            Assert.Equal(Whole(input.AsSpan(0, done + 500)), Convert.ToHexStringLower(output));
        }
    }

    private static string Whole(ReadOnlySpan<byte> input) =>
        Blake3Tests.Hash(Blake3Mode.Plain(Blake3Kernel.Scalar), input);

    private static string InPieces(Blake3Hasher hasher, byte[] input, IEnumerable<int> pieces)
    {
        var rest = input.AsMemory();
        foreach (var piece in pieces)
        {
            var bytes = Math.Min(piece, rest.Length);
            hasher.Update(rest.Span[..bytes]);
            rest = rest[bytes..];
        }

        hasher.Update(rest.Span);
        var output = new byte[Blake3.DigestBytes];
        hasher.Finish(output);
        return Convert.ToHexStringLower(output);
    }
}
