using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// Takes a chunk out of its record, and lets nothing through that is not exactly the chunk that was asked for.
/// </summary>
internal static class RecordDecoder
{
    /// <summary>
    /// Checks the record's CRC, compares the whole id, decompresses, and hashes again.
    /// </summary>
    /// <param name="record">The bytes at the place that the index gave.</param>
    /// <param name="id">The chunk that is wanted.</param>
    /// <param name="hasher">What names chunks of its kind.</param>
    /// <param name="plain">Where the chunk goes; exactly its length.</param>
    /// <returns>Empty, or what is wrong; <paramref name="plain"/> is of no use then.</returns>
    public static string Decode(ReadOnlySpan<byte> record, ChunkId id, ChunkHasher hasher, Span<byte> plain)
    {
        if (!RecordHeader.TryRead(record, out var header, out var fault))
        {
            return fault;
        }

        if (header.Id != id)
        {
            return $"the record is of chunk {header.Id}";
        }

        if (header.PlainLength != plain.Length)
        {
            return $"the chunk has {header.PlainLength} bytes where {plain.Length} are wanted";
        }

        var body = record.Slice(RecordHeader.SizeBytes, header.StoredLength);
        if (!TryDecompress(header.Encoding, body, plain))
        {
            return "the body cannot be decompressed";
        }

        return hasher.Hash(plain) == id ? "" : "the bytes do not have the hash that is their id";
    }

    private static bool TryDecompress(RecordEncoding encoding, ReadOnlySpan<byte> body, Span<byte> plain)
    {
        if (encoding == RecordEncoding.Raw)
        {
            body.CopyTo(plain);
            return true;
        }

        try
        {
            ChunkCompressor.Decompress(body, plain);
            return true;
        }
        catch (CorruptDataException)
        {
            return false;
        }
    }
}
