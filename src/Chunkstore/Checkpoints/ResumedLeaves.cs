namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>The leaves that need not be read because an interrupted run finished them. One bit for each leaf.</summary>
public sealed class ResumedLeaves
{
    private readonly ulong[] _bits;
    private long _count;

    internal ResumedLeaves(long leafCount) => _bits = new ulong[(leafCount + 63) / 64];

    /// <summary>Number of leaves.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>
    /// Whether the interrupted run read everything although changed blocks were there: it did not believe them, and
    /// neither may this one.
    /// </summary>
    public bool ReadEverything { get; internal set; }

    /// <summary>What was not gone on with and why, in words; empty where there was nothing or all of it was.</summary>
    public IReadOnlyList<string> Warnings { get; internal set; } = [];

    /// <summary>Whether a leaf is finished.</summary>
    public bool Contains(long leafIndex) =>
        ((Volatile.Read(ref _bits[leafIndex >> 6]) >> (int)(leafIndex & 63)) & 1) != 0;

    internal void Add(long leafIndex)
    {
        var bit = 1UL << (int)(leafIndex & 63);
        if ((Interlocked.Or(ref _bits[leafIndex >> 6], bit) & bit) == 0)
        {
            Interlocked.Increment(ref _count);
        }
    }
}
