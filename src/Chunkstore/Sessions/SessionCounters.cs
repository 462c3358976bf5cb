using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What a session has stored. Safe to use from many threads.</summary>
internal sealed class SessionCounters
{
    private long _chunksNew;
    private long _bytesNew;
    private long _bytesStored;
    private long _metadataBytes;

    /// <summary>New data chunks, in number.</summary>
    public long ChunksNew => Volatile.Read(ref _chunksNew);

    /// <summary>Plain bytes of new data chunks.</summary>
    public long BytesNew => Volatile.Read(ref _bytesNew);

    /// <summary>Bytes of the records of new data chunks.</summary>
    public long BytesStored => Volatile.Read(ref _bytesStored);

    /// <summary>Bytes of everything else that was written.</summary>
    public long MetadataBytes => Volatile.Read(ref _metadataBytes);

    /// <summary>Counts a new data chunk.</summary>
    public void AddChunk(int plainBytes, int recordBytes)
    {
        Interlocked.Increment(ref _chunksNew);
        Interlocked.Add(ref _bytesNew, plainBytes);
        Interlocked.Add(ref _bytesStored, recordBytes);
    }

    /// <summary>Counts what a sealed pack has beside data records: everything, where it holds nodes.</summary>
    public void AddPack(SealedPack pack) => Interlocked.Add(
        ref _metadataBytes,
        pack.IndexLine.LengthBytes - (pack.IndexLine.Type == PackType.Data ? pack.RecordBytes : 0));

    /// <summary>Counts an index segment or a manifest.</summary>
    public void AddMetadata(long bytes) => Interlocked.Add(ref _metadataBytes, bytes);
}
