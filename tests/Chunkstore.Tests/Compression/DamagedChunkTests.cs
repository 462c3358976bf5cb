using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Errors;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Compression;

/// <summary>
/// Whatever the stored bytes are: the chunk, other bytes of its length, or the one error; never a write outside.
/// </summary>
public sealed class DamagedChunkTests
{
    private const int GuardBytes = 4096;
    private const byte Guard = 0xA5;

    [Fact]
    public void Changed_bytes_are_refused_or_stay_within_the_chunk() =>
        Gen.Select(ChunkData.Any(Gen.Int[1, 200_000]), Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 8])
            .Sample((plain, changes) =>
            {
                var stored = ChunkCompressorTests.Compress(plain);
                foreach (var (at, value) in stored is null ? [] : changes)
                {
                    stored![at % stored.Length] = value;
                }

                return stored is null || StaysWithin(stored, plain.Length);
            }, iter: 600);

    [Fact]
    public void Noise_is_refused_or_stays_within_the_chunk() =>
        Gen.Select(Gen.Byte.Array[0, 600], Gen.Int[0, 200_000]).Sample(StaysWithin, iter: 3000);

    [Fact]
    public void A_cut_or_lengthened_stored_form_is_refused() =>
        Gen.Select(Gen.Int[100, 200_000], Gen.Int[0, 1 << 20], Gen.Int).Sample((length, cut, seed) =>
        {
            var stored = ChunkCompressorTests.Compress(ChunkData.Make(length, kind: 2, seed))!;
            return IsRefused(stored[..(cut % stored.Length)], length)
                && IsRefused([.. stored, 0], length)
                && IsRefused(stored, length + 1)
                && IsRefused(stored, length - 1);
        }, iter: 150);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 100)]
    [InlineData(100, 100)]
    [InlineData(0, 200_000)]
    [InlineData(7, 200_000)]
    [InlineData(100, (4 << 20) + 1)]
    public void Impossible_lengths_are_refused(int storedBytes, int plainBytes) =>
        Assert.True(IsRefused(new byte[storedBytes], plainBytes));

    private static bool IsRefused(byte[] stored, int plainBytes)
    {
        try
        {
            ChunkCompressor.Decompress(stored, new byte[plainBytes]);
            return false;
        }
        catch (CorruptDataException)
        {
            return true;
        }
    }

    private static bool StaysWithin(byte[] stored, int plainBytes)
    {
        var memory = new byte[plainBytes + (2 * GuardBytes)];
        memory.AsSpan().Fill(Guard);
        try
        {
            ChunkCompressor.Decompress(stored, memory.AsSpan(GuardBytes, plainBytes));
        }
        catch (CorruptDataException)
        {
            // Refused: the usual end. What is checked is that nothing outside was touched on the way.
        }

        return !memory.AsSpan(0, GuardBytes).ContainsAnyExcept(Guard)
            && !memory.AsSpan(GuardBytes + plainBytes).ContainsAnyExcept(Guard);
    }
}
