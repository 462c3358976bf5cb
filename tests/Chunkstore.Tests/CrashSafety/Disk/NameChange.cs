namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>
/// Names of one directory that got another meaning at once: one name, or the two of a rename within the directory. A
/// null is a name that was taken away.
/// </summary>
internal sealed class NameChange(long start, params (string Name, DiskNode? Node)[] names) : DiskSpan(start)
{
    public IReadOnlyList<(string Name, DiskNode? Node)> Names => names;
}
