using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// A lane's own place to build a record in: header, then the body, compressed where that makes it smaller. Reused for
/// every chunk.
/// </summary>
internal sealed class RecordEncoder(int maximumPlainBytes)
{
    private readonly byte[] _record = GC.AllocateUninitializedArray<byte>(
        RecordHeader.SizeBytes + ChunkCompressor.MaxCompressedBytes(maximumPlainBytes));

    /// <summary>Builds the record of a chunk.</summary>
    /// <returns>Its header.</returns>
    public RecordHeader Encode(ChunkId id, ReadOnlySpan<byte> plain, CompressionAlgorithm compression)
    {
        var body = _record.AsSpan(RecordHeader.SizeBytes);
        var stored = compression == CompressionAlgorithm.Lz4 ? ChunkCompressor.TryCompress(plain, body) : 0;
        var encoding = stored > 0 ? RecordEncoding.Lz4 : RecordEncoding.Raw;
        if (encoding == RecordEncoding.Raw)
        {
            plain.CopyTo(body);
            stored = plain.Length;
        }

        var header = new RecordHeader(encoding, stored, plain.Length, id);
        header.Write(_record);
        return header;
    }

    /// <summary>The record built last.</summary>
    public ReadOnlyMemory<byte> Record(in RecordHeader header) => _record.AsMemory(0, header.RecordLength);
}
