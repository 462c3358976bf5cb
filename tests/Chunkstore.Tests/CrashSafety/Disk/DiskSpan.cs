namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>When a call was under way, by the clock of its disk, which ticks at each begin and each end.</summary>
internal abstract class DiskSpan(long start)
{
    public long Start => start;

    /// <summary>Not reached by a call that failed or has not ended.</summary>
    public long End { get; set; } = long.MaxValue;
}
