using BackupEngine.Chunkstore.Errors;
using K4os.Compression.LZ4;

namespace BackupEngine.Chunkstore.Compression;

/// <summary>One LZ4 block, with the lengths of both forms known from outside.</summary>
/// <remarks>Encoded by <see cref="Lz4Encoder"/>, decoded by K4os, which checks every length.</remarks>
internal static class Lz4Block
{
    /// <summary>What has to be free behind as many bytes as a block has.</summary>
    public static readonly int SlackBytes =
        Lz4Encoder.RoomFor(ChunkCompressor.SubBlockBytes) - ChunkCompressor.SubBlockBytes;

    /// <summary>Bytes written, or 0 where that would not be fewer.</summary>
    public static int TryEncode(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        if (BitConverter.IsLittleEndian)
        {
            return Lz4Encoder.TryEncode(plain, destination);
        }

        var bytes = plain.IsEmpty ? 0 : LZ4Codec.Encode(plain, destination[..Lz4Encoder.RoomFor(plain.Length)]);
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
