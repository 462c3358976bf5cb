using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// A lane's own place to build a record in: header, then the body, compressed where that makes it smaller, encrypted
/// where the repository is. A body that is neither stays where the chunk is. Reused for every chunk.
/// </summary>
internal sealed class RecordEncoder : IDisposable
{
    private readonly byte[] _record;
    private readonly byte[] _compressed;
    private readonly RecordSealer? _sealer;
    private ReadOnlyMemory<byte> _encoded;

    /// <param name="maximumPlainBytes">The longest chunk or node.</param>
    /// <param name="encrypts">Whether records are encrypted.</param>
    public RecordEncoder(int maximumPlainBytes, bool encrypts)
    {
        var room = RecordHeader.SizeBytes + ChunkCompressor.MaxCompressedBytes(maximumPlainBytes);
        _record = GC.AllocateUninitializedArray<byte>(room + (encrypts ? RecordSeal.SizeBytes : 0));
        _compressed = encrypts ? GC.AllocateUninitializedArray<byte>(room) : _record;
        _sealer = encrypts ? new RecordSealer() : null;
    }

    /// <summary>
    /// The pack that the record was encrypted for; null before, and where nothing is encrypted.
    /// </summary>
    public PackKey? SealedFor { get; private set; }

    /// <summary>Builds the record of a chunk; one that is to be encrypted has no body before it is sealed.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="plain">Its bytes; not to be changed before the record is no longer needed.</param>
    /// <param name="compression">What to try.</param>
    /// <returns>Its header.</returns>
    public RecordHeader Encode(ChunkId id, ReadOnlyMemory<byte> plain, CompressionAlgorithm compression)
    {
        var room = _compressed.AsMemory(RecordHeader.SizeBytes);
        var bytes = compression == CompressionAlgorithm.Lz4 ? ChunkCompressor.TryCompress(plain.Span, room.Span) : 0;
        var encoding = bytes > 0 ? RecordEncoding.Lz4 : RecordEncoding.Raw;
        _encoded = bytes > 0 ? room[..bytes] : plain;
        var stored = _encoded.Length + (_sealer is null ? 0 : RecordSeal.SizeBytes);
        var header = new RecordHeader(encoding, stored, plain.Length, id, _sealer is not null);
        SealedFor = null;
        if (_sealer is null)
        {
            header.Write(_record, _encoded.Span);
        }

        return header;
    }

    /// <summary>Encrypts the record built last, for one pack; for another pack it is done again.</summary>
    /// <returns>False when the pack was ended meanwhile.</returns>
    public bool TrySeal(in RecordHeader header, PackKey key)
    {
        SealedFor = null;
        header.WriteAuthenticated(_record);
        if (!_sealer!.TrySeal(key, header, _encoded.Span, _record))
        {
            return false;
        }

        header.WriteChecksum(_record);
        SealedFor = key;
        return true;
    }

    /// <summary>The header of the record built last, as it is stored.</summary>
    public ReadOnlySpan<byte> Head => _record.AsSpan(0, RecordHeader.SizeBytes);

    /// <summary>The body of the record built last, as it is stored.</summary>
    public ReadOnlySpan<byte> Body(in RecordHeader header) => _sealer is null
        ? _encoded.Span
        : _record.AsSpan(RecordHeader.SizeBytes, header.StoredLength);

    /// <summary>The record built last, in one piece.</summary>
    public byte[] Record(in RecordHeader header) => [.. Head, .. Body(header)];

    public void Dispose() => _sealer?.Dispose();
}
