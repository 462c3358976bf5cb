namespace BackupEngine.DataPlane.Transfers;

/// <summary>What one job has of what all share. Written by the job, read by whoever asks how it is.</summary>
public sealed class ResourceUse
{
    private SlotShare? _slots;
    private long _memoryBytes;

    /// <summary>Memory that it was granted, in bytes.</summary>
    public long MemoryBytes => Interlocked.Read(ref _memoryBytes);

    /// <summary>Times that a worker of it was given a core.</summary>
    public long Turns => Volatile.Read(ref _slots)?.Turns ?? 0;

    /// <summary>Turns that others had while one of its workers waited for one: the most.</summary>
    public long MostTurnsPassedOver => Volatile.Read(ref _slots)?.MostTurnsPassedOver ?? 0;

    /// <summary>The job computes with these from now on.</summary>
    internal void Note(SlotShare slots) => Volatile.Write(ref _slots, slots);

    /// <summary>The job may hold so much.</summary>
    internal void NoteMemory(long bytes) => Interlocked.Exchange(ref _memoryBytes, bytes);
}
