namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A directory with every change of its names.</summary>
internal sealed class DiskDirectory(int number) : DiskNode(number)
{
    /// <summary>The names that are there now.</summary>
    public SortedDictionary<string, DiskNode> Names { get; } = new(StringComparer.Ordinal);

    public List<NameChange> Changes { get; } = [];

    public void Add(NameChange change)
    {
        Changes.Add(change);
        Apply(Names, change);
    }

    public static void Apply(SortedDictionary<string, DiskNode> names, NameChange change)
    {
        foreach (var (name, node) in change.Names)
        {
            if (node is null)
            {
                names.Remove(name);
            }
            else
            {
                names[name] = node;
            }
        }
    }
}
