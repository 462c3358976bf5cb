using System.Buffers.Binary;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Compression;

/// <summary>The stored form of a chunk of several sub-blocks; <see cref="ChunkCompressor"/> describes it.</summary>
internal static class SubBlocks
{
    private const int EntryBytes = sizeof(ushort);

    /// <summary>Bytes of the table in front of the sub-blocks of a chunk.</summary>
    public static int TableBytes(int plainBytes) =>
        (plainBytes + ChunkCompressor.SubBlockBytes - 1) / ChunkCompressor.SubBlockBytes * EntryBytes;

    /// <summary>Writes table and sub-blocks; answers how many bytes, which may be more than the chunk has.</summary>
    public static int Encode(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        var tableBytes = TableBytes(plain.Length);
        var written = tableBytes;
        for (var entry = 0; entry < tableBytes; entry += EntryBytes)
        {
            var block = BlockAt(plain, entry);
            var bytes = EncodeBlock(block, destination[written..]);
            BinaryPrimitives.WriteUInt16LittleEndian(destination[entry..], (ushort)(bytes - 1));
            written += bytes;
        }

        return written;
    }

    /// <exception cref="CorruptDataException">The stored form is no chunk of that length.</exception>
    public static void Decode(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        var tableBytes = TableBytes(plain.Length);
        var rest = stored.Length > tableBytes ? stored[tableBytes..] : default;
        for (var entry = 0; entry < tableBytes; entry += EntryBytes)
        {
            if (rest.IsEmpty)
            {
                throw new CorruptDataException($"{stored.Length} compressed bytes end before the chunk does.");
            }

            var bytes = BinaryPrimitives.ReadUInt16LittleEndian(stored[entry..]) + 1;
            DecodeBlock(rest, bytes, BlockAt(plain, entry));
            rest = rest[bytes..];
        }

        if (!rest.IsEmpty)
        {
            throw new CorruptDataException($"{rest.Length} bytes follow the end of a compressed chunk.");
        }
    }

    private static ReadOnlySpan<byte> BlockAt(ReadOnlySpan<byte> plain, int entry)
    {
        var offset = entry / EntryBytes * ChunkCompressor.SubBlockBytes;
        return plain.Slice(offset, Math.Min(ChunkCompressor.SubBlockBytes, plain.Length - offset));
    }

    private static Span<byte> BlockAt(Span<byte> plain, int entry)
    {
        var offset = entry / EntryBytes * ChunkCompressor.SubBlockBytes;
        return plain.Slice(offset, Math.Min(ChunkCompressor.SubBlockBytes, plain.Length - offset));
    }

    private static int EncodeBlock(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        var bytes = Lz4Block.TryEncode(block, destination);
        if (bytes > 0)
        {
            return bytes;
        }

        block.CopyTo(destination);
        return block.Length;
    }

    private static void DecodeBlock(ReadOnlySpan<byte> rest, int bytes, Span<byte> block)
    {
        if (bytes > rest.Length || bytes > block.Length)
        {
            throw new CorruptDataException(
                $"A sub-block of {block.Length} bytes cannot take {bytes} of {rest.Length} compressed bytes.");
        }

        if (bytes == block.Length)
        {
            rest[..bytes].CopyTo(block);
        }
        else
        {
            Lz4Block.Decode(rest[..bytes], block);
        }
    }
}
