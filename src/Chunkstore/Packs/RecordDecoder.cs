using System.Buffers;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// Takes a chunk out of its record, and lets nothing through that is not exactly the chunk that was asked for.
/// </summary>
internal static class RecordDecoder
{
    /// <summary>What is wrong with bytes that are whole, and not those that were asked for.</summary>
    public const string WrongHash = "the bytes do not have the hash that is their id";

    /// <summary>
    /// Checks the record's CRC, compares the whole id, decrypts, decompresses, and hashes again.
    /// </summary>
    /// <param name="record">The bytes at the place that the index gave.</param>
    /// <param name="pack">The pack that they are from.</param>
    /// <param name="id">The chunk that is wanted.</param>
    /// <param name="hasher">What names chunks of its kind.</param>
    /// <param name="opener">What decrypts records; null where the repository is not encrypted.</param>
    /// <param name="plain">Where the chunk goes; exactly its length.</param>
    /// <returns>Empty, or what is wrong; <paramref name="plain"/> is of no use then.</returns>
    public static string Decode(
        ReadOnlySpan<byte> record,
        PackId pack,
        ChunkId id,
        ChunkHasher hasher,
        RecordOpener? opener,
        Span<byte> plain)
    {
        var fault = Unpack(record, pack, id, opener, plain);
        return fault.Length > 0 || hasher.Hash(plain) == id ? fault : WrongHash;
    }

    /// <summary>
    /// All of that but the hash: the caller has to compare it before <paramref name="plain"/> is used for anything.
    /// </summary>
    public static string Unpack(
        ReadOnlySpan<byte> record, PackId pack, ChunkId id, RecordOpener? opener, Span<byte> plain)
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

        if (header.IsEncrypted != opener is not null)
        {
            return header.IsEncrypted
                ? "the record is encrypted in a repository that is not"
                : "the record is not encrypted in a repository that is";
        }

        return opener is null
            ? Decompress(header, record.Slice(RecordHeader.SizeBytes, header.StoredLength), plain)
            : Decrypt(record, pack, header, opener, plain);
    }

    private static string Decrypt(
        ReadOnlySpan<byte> record, PackId pack, in RecordHeader header, RecordOpener opener, Span<byte> plain)
    {
        const string fault = "the record cannot be decrypted: it is not what was written into that pack";
        if (header.Encoding == RecordEncoding.Raw)
        {
            return opener.TryOpen(pack, record, header, plain) ? "" : fault;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(header.EncodedLength);
        try
        {
            var encoded = buffer.AsSpan(0, header.EncodedLength);
            return opener.TryOpen(pack, record, header, encoded) ? Decompress(header, encoded, plain) : fault;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Decompress(in RecordHeader header, ReadOnlySpan<byte> body, Span<byte> plain) =>
        TryDecompress(header.Encoding, body, plain) ? "" : "the body cannot be decompressed";

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
