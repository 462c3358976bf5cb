using BackupEngine.Chunkstore.Errors;
using K4os.Compression.LZ4;

namespace BackupEngine.Chunkstore.Compression;

/// <summary>One LZ4 block, with the lengths of both forms known from outside.</summary>
internal static class Lz4Block
{
    /// <summary>Bytes written, or 0 where the block does not fit.</summary>
    public static int TryEncode(ReadOnlySpan<byte> plain, Span<byte> destination) =>
        plain.IsEmpty || destination.IsEmpty ? 0 : Math.Max(0, LZ4Codec.Encode(plain, destination, LZ4Level.L00_FAST));

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
