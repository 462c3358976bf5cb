using BackupEngine.Chunkstore.Compression;
using CsCheck;
using K4os.Compression.LZ4;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Compression;

public sealed class Lz4EncoderTests
{
    private const int Most = ChunkCompressor.SubBlockBytes;

    private static readonly Gen<int> Lengths = Gen.OneOf(
        Gen.Int[0, 200], Gen.Int[0, Most], Gen.Int[Most - 40, Most]);

    [Fact]
    public void Any_block_is_read_by_every_decoder_as_what_it_was()
    {
        Assert.SkipUnless(Lz4Reference.HasLibrary, "liblz4.so.1 is not installed");
        Blocks(Lengths).Sample(plain => IsRight(plain), iter: 1500, threads: 1);
    }

    /// <summary>Every length at which the end of a block is special, for contents that match up to their end.</summary>
    [Fact]
    public void Every_short_block_is_read_by_every_decoder_as_what_it_was()
    {
        Assert.SkipUnless(Lz4Reference.HasLibrary, "liblz4.so.1 is not installed");
        for (var length = 0; length < 400; length++)
        {
            for (var period = 1; period < 20; period += 3)
            {
                var plain = new byte[length];
                for (var i = 0; i < length; i++)
                {
                    plain[i] = (byte)(i % period * 37);
                }

                Assert.True(IsRight(plain), $"{length} bytes with period {period}");
            }
        }
    }

    /// <summary>Literals and matches around the lengths at which their numbers take another byte.</summary>
    [Fact]
    public void Long_literals_and_long_matches_are_read_as_what_they_were()
    {
        Assert.SkipUnless(Lz4Reference.HasLibrary, "liblz4.so.1 is not installed");
        var noise = ChunkData.Make(2000, kind: 1, seed: 5);
        int[] lengths = [1, 14, 15, 16, 269, 270, 271, 524, 525, 526];
        foreach (var literals in lengths)
        {
            foreach (var match in lengths)
            {
                var begin = noise.AsSpan(1000, 600);
                Assert.True(IsRight([.. begin, .. noise[..literals], .. begin[..(match + 3)], .. noise[700..720]]));
            }
        }
    }

    [Fact]
    public void The_same_block_is_written_the_same_whatever_was_written_before()
    {
        var plain = ChunkData.Make(Most, kind: 4, seed: 11);
        var expected = Encode(plain);
        for (var kind = 0; kind < 5; kind++)
        {
            Encode(ChunkData.Make(Most, kind, seed: kind));
            Assert.Equal(expected, Encode(plain));
        }
    }

    /// <summary>K4os does what liblz4 does, byte by byte: the measure that others are compared with.</summary>
    [Fact]
    public void On_the_whole_it_compresses_better_than_the_reference()
    {
        var (own, theirs) = (0, 0);
        var buffer = new byte[LZ4Codec.MaximumOutputSize(Most)];
        for (var seed = 0; seed < 60; seed++)
        {
            var plain = ChunkData.Make(Most, kind: 2 + (seed % 3), seed);
            own += Encode(plain).Length;
            theirs += LZ4Codec.Encode(plain, buffer);
        }

        Assert.True(own < theirs, $"{own} bytes where the reference needs {theirs}");
    }

    [Fact]
    public void Too_long_a_block_and_too_little_room_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Lz4Encoder.TryEncode(new byte[Most + 1], new byte[2 * Most]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Lz4Encoder.TryEncode(new byte[Most], new byte[Lz4Encoder.RoomFor(Most) - 1]));
    }

    private static Gen<byte[]> Blocks(Gen<int> length) => Gen.OneOf(
        ChunkData.Any(length),
        Gen.Select(length, Gen.Int[1, 6], Gen.Int, FewLetters));

    /// <summary>So few letters that there are matches everywhere, and many at the end of the block.</summary>
    private static byte[] FewLetters(int length, int letters, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[length];
        foreach (ref var letter in bytes.AsSpan())
        {
            letter = (byte)random.Next(letters);
        }

        return bytes;
    }

    private static byte[] Encode(byte[] plain)
    {
        var room = new byte[Lz4Encoder.RoomFor(plain.Length)];
        return room[..Lz4Encoder.TryEncode(plain, room)];
    }

    /// <summary>Encodes with the block and its room at either end of what may be touched.</summary>
    private static bool IsRight(byte[] plain)
    {
        var room = Lz4Encoder.RoomFor(plain.Length);
        using var from = new GuardedMemory(plain.Length);
        using var to = new GuardedMemory(room);
        plain.CopyTo(from.First(plain.Length));
        var early = to.First(room)[..Lz4Encoder.TryEncode(from.First(plain.Length), to.First(room))].ToArray();
        plain.CopyTo(from.Last(plain.Length));
        var late = to.Last(room)[..Lz4Encoder.TryEncode(from.Last(plain.Length), to.Last(room))];
        return late.SequenceEqual(early) && (early.Length == 0 || IsRead(early, plain));
    }

    private static bool IsRead(byte[] block, byte[] plain)
    {
        var decoded = new byte[plain.Length];
        return block.Length < plain.Length
            && LZ4Codec.Decode(block, decoded) == plain.Length
            && decoded.AsSpan().SequenceEqual(plain)
            && Lz4Reference.ByLibrary(block, plain.Length).AsSpan().SequenceEqual(plain)
            && Lz4Reference.ByFormat(block, plain.Length).AsSpan().SequenceEqual(plain);
    }
}
