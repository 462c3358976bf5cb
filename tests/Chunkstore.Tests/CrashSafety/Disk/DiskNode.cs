namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A file or a directory, whatever its names are.</summary>
internal abstract class DiskNode(int number)
{
    private readonly List<DiskFlush> _flushes = [];

    /// <summary>Its identity on its disk.</summary>
    public int Number => number;

    public void Add(DiskFlush flush) => _flushes.Add(flush);

    /// <summary>Whether a change was durable for certain when the power was lost.</summary>
    public bool IsDurable(DiskSpan change, long lossTime) =>
        change.Start == 0 || _flushes.Any(flush => flush.End < lossTime && change.End < flush.Start);
}
