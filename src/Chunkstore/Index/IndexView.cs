namespace BackupEngine.Chunkstore.Index;

/// <summary>A fixed set of segments, the newest first. Safe to use from many threads.</summary>
internal sealed class IndexView(IReadOnlyList<IndexSegment> segments)
{
    private readonly IndexSegment[] _segments = [.. segments];

    public IReadOnlyList<IndexSegment> Segments => _segments;

    /// <summary>Whether any segment has an entry of that prefix.</summary>
    public bool Contains(UInt128 prefix)
    {
        var mask = SplitBlockFilter.MaskOf(prefix);
        foreach (var segment in _segments)
        {
            if (segment.Contains(prefix, mask))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether any segment has an entry of that prefix for a place that is not excluded.</summary>
    public bool Contains(UInt128 prefix, IndexExclusions exclusions)
    {
        if (exclusions.IsEmpty)
        {
            return Contains(prefix);
        }

        var cursor = default(IndexCursor);
        while (TryFindNext(prefix, ref cursor, out var location))
        {
            if (!exclusions.Excludes(location))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The next place that the index knows for an id. A chunk that two writers stored at the same time has two; where
    /// one is damaged the other serves.
    /// </summary>
    public bool TryFindNext(UInt128 prefix, ref IndexCursor cursor, out ChunkLocation location)
    {
        var mask = SplitBlockFilter.MaskOf(prefix);
        for (; cursor.Segment < _segments.Length; cursor = new IndexCursor(cursor.Segment + 1, 0))
        {
            if (_segments[cursor.Segment].TryFind(prefix, mask, cursor.Position, out var position, out location))
            {
                cursor = new IndexCursor(cursor.Segment, position + 1);
                return true;
            }
        }

        location = default;
        return false;
    }
}
