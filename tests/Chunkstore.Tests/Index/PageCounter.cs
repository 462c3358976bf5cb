using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Chunkstore.Tests.Index;

/// <summary>Counts the pages of entries that searches touch.</summary>
internal sealed class PageCounter(IndexSegment segment) : IPrefixes
{
    private const int PageBytes = 4096;

    private readonly HashSet<long> _touched = [];

    /// <summary>Pages of all searches together.</summary>
    public long Pages { get; set; }

    /// <summary>Begins another search, which has no page yet.</summary>
    public void Begin() => _touched.Clear();

    public UInt128 PrefixAt(long position)
    {
        var offset = segment.Header.EntriesOffset + (position * IndexEntry.SizeBytes);
        if (_touched.Add(offset / PageBytes))
        {
            Pages++;
        }

        return segment.PrefixAt(position);
    }
}
