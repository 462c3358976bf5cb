using System.Buffers.Binary;
using BackupEngine.Chunkstore.Errors;
using K4os.Compression.LZ4;

namespace BackupEngine.Chunkstore.Compression;

/// <summary>
/// The stored form of a compressed chunk. A chunk of at most 64 KiB is one LZ4 block. A larger one is a row of sub-blocks,
/// each of 64 KiB of the chunk (the last may be shorter): LZ4's window fits the cache then.
/// </summary>
/// <remarks>
/// Sub-block: u32 little-endian, bits 0 to 30 the length that follows, bit 31 set when the bytes are plain; then the bytes.
/// The plain length is not part of the form: whoever keeps it keeps that too. Source: LZ4 block format description, 2022-07-31.
/// </remarks>
public static class ChunkCompressor
{
    /// <summary>Plain bytes of a sub-block.</summary>
    public const int SubBlockBytes = 64 * 1024;

    private const int HeaderBytes = sizeof(uint);
    private const uint PlainFlag = 0x8000_0000;

    /// <summary>Room that <see cref="TryCompress"/> may need for a chunk of <paramref name="plainBytes"/> bytes.</summary>
    public static int MaxCompressedBytes(int plainBytes) => plainBytes <= SubBlockBytes
        ? LZ4Codec.MaximumOutputSize(plainBytes)
        : plainBytes + (SubBlocks(plainBytes) * HeaderBytes) + LZ4Codec.MaximumOutputSize(SubBlockBytes) - SubBlockBytes;

    /// <summary>Compresses a chunk.</summary>
    /// <param name="plain">The chunk.</param>
    /// <param name="destination">At least <see cref="MaxCompressedBytes"/> bytes.</param>
    /// <returns>Bytes written; 0 when the stored form would not be smaller than the chunk, which is then to be stored as it is.</returns>
    public static int TryCompress(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxCompressedBytes(plain.Length));
        var length = plain.Length <= SubBlockBytes ? LZ4Codec.Encode(plain, destination) : CompressSubBlocks(plain, destination);
        return length > 0 && length < plain.Length ? length : 0;
    }

    /// <summary>Restores a chunk; <paramref name="plain"/> has its exact plain length, and nothing is written outside it.</summary>
    /// <exception cref="CorruptDataException">The bytes are not the stored form of a chunk of that length.</exception>
    public static void Decompress(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        if (plain.Length <= SubBlockBytes)
        {
            DecompressBlock(stored, plain);
        }
        else
        {
            DecompressSubBlocks(stored, plain);
        }
    }

    private static int SubBlocks(int plainBytes) => (plainBytes + SubBlockBytes - 1) / SubBlockBytes;

    private static int CompressSubBlocks(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        var written = 0;
        while (!plain.IsEmpty)
        {
            var block = plain[..Math.Min(SubBlockBytes, plain.Length)];
            written += CompressSubBlock(block, destination[written..]);
            plain = plain[block.Length..];
        }

        return written;
    }

    private static int CompressSubBlock(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        var length = LZ4Codec.Encode(block, destination[HeaderBytes..]);
        if (length > 0 && length < block.Length)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)length);
            return HeaderBytes + length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)block.Length | PlainFlag);
        block.CopyTo(destination[HeaderBytes..]);
        return HeaderBytes + block.Length;
    }

    private static void DecompressSubBlocks(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        while (!plain.IsEmpty)
        {
            var block = plain[..Math.Min(SubBlockBytes, plain.Length)];
            stored = stored[DecompressSubBlock(stored, block)..];
            plain = plain[block.Length..];
        }

        if (!stored.IsEmpty)
        {
            throw Malformed($"{stored.Length} bytes follow the last sub-block");
        }
    }

    private static int DecompressSubBlock(ReadOnlySpan<byte> stored, Span<byte> block)
    {
        if (stored.Length < HeaderBytes)
        {
            throw Malformed("it ends inside the length of a sub-block");
        }

        var header = BinaryPrimitives.ReadUInt32LittleEndian(stored);
        var length = header & ~PlainFlag;
        if (length > stored.Length - HeaderBytes)
        {
            throw Malformed($"a sub-block of {length} bytes does not fit the {stored.Length - HeaderBytes} left");
        }

        var body = stored.Slice(HeaderBytes, (int)length);
        if ((header & PlainFlag) == 0)
        {
            DecompressBlock(body, block);
        }
        else if (body.Length == block.Length)
        {
            body.CopyTo(block);
        }
        else
        {
            throw Malformed($"a plain sub-block has {body.Length} bytes instead of {block.Length}");
        }

        return HeaderBytes + body.Length;
    }

    private static void DecompressBlock(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        var length = LZ4Codec.Decode(stored, plain);
        if (length != plain.Length)
        {
            throw Malformed(length < 0 ? "it is no LZ4 block of that length" : $"it holds {length} bytes instead of {plain.Length}");
        }
    }

    private static CorruptDataException Malformed(string what) => new($"A compressed chunk is damaged: {what}.");
}
