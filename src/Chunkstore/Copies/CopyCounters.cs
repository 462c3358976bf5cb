namespace BackupEngine.Chunkstore.Copies;

/// <summary>Counts of one copy. Safe to use from many threads.</summary>
internal sealed class CopyCounters
{
    private long _examined;
    private long _read;
    private long _bytesRead;

    public long ChunksExamined => Volatile.Read(ref _examined);

    public long ChunksRead => Volatile.Read(ref _read);

    public long BytesRead => Volatile.Read(ref _bytesRead);

    public void AddExamined(int chunks) => Interlocked.Add(ref _examined, chunks);

    public void AddRead(int plainBytes)
    {
        Interlocked.Increment(ref _read);
        Interlocked.Add(ref _bytesRead, plainBytes);
    }
}
