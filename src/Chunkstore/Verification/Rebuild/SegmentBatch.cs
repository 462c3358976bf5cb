using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Verification.Rebuild;

/// <summary>What goes into the next new segment.</summary>
internal sealed class SegmentBatch
{
    /// <summary>Entries from which on a segment is written: 32 MiB of them.</summary>
    private const int FullEntries = 1024 * 1024;

    private readonly List<IndexPack> _packs = [];
    private readonly List<IndexEntry> _entries = [];

    /// <summary>The pack table.</summary>
    public IReadOnlyList<IndexPack> Packs => _packs;

    /// <summary>Whether the segment is to be written now.</summary>
    public bool IsFull => _entries.Count >= FullEntries;

    /// <summary>Whether there is nothing to be written.</summary>
    public bool IsEmpty => _entries.Count == 0;

    public void Add(PackRecords pack)
    {
        var line = (uint)_packs.Count;
        _packs.Add(pack.Line);
        _entries.AddRange(pack.Entries.Select(entry => entry with { Pack = line }));
    }

    /// <summary>The entries in the order of a segment.</summary>
    public IndexEntry[] Sorted()
    {
        var entries = _entries.ToArray();
        entries.AsSpan().Sort(default(IndexEntryOrder));
        return entries;
    }

    public void Clear()
    {
        _packs.Clear();
        _entries.Clear();
    }
}
