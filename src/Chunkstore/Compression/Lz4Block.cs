using BackupEngine.Chunkstore.Errors;
using K4os.Compression.LZ4;

namespace BackupEngine.Chunkstore.Compression;

/// <summary>One LZ4 block, with the lengths of both forms known from outside.</summary>
internal static class Lz4Block
{
    /// <summary>What a block of noise grows by at most.</summary>
    public static readonly int SlackBytes =
        LZ4Codec.MaximumOutputSize(ChunkCompressor.SubBlockBytes) - ChunkCompressor.SubBlockBytes;

    /// <summary>Bytes written, or 0 where that would not be fewer.</summary>
    /// <remarks>
    /// There is always room for what noise grows to: where LZ4 may run out of room it looks at every step, and
    /// compresses 4 to 9 % slower.
    /// </remarks>
    public static int TryEncode(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        if (plain.IsEmpty)
        {
            return 0;
        }

        var bytes = LZ4Codec.Encode(plain, destination[..LZ4Codec.MaximumOutputSize(plain.Length)], LZ4Level.L00_FAST);
        return bytes > 0 && bytes < plain.Length ? bytes : 0;
    }

    /// <exception cref="CorruptDataException">The block is malformed or of another length.</exception>
    public static void Decode(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        var bytes = stored.IsEmpty ? -1 : LZ4Codec.Decode(stored, plain);
        if (bytes != plain.Length)
        {
            throw new CorruptDataException(bytes < 0
                ? $"{stored.Length} bytes are not an LZ4 block of {plain.Length} plain bytes."
                : $"An LZ4 block holds {bytes} plain bytes where {plain.Length} were stored.");
        }
    }
}
