namespace BackupEngine.DataPlane.Backup;

/// <summary>The chunks that a plan does not read, as if they were a list.</summary>
internal sealed class UnreadChunks
{
    private readonly ChunkRange[] _ranges;
    private readonly long[] _before;

    /// <summary>Looks at a plan from the other side.</summary>
    public UnreadChunks(BackupPlan plan)
    {
        _ranges = [.. plan.Unread()];
        _before = new long[_ranges.Length];
        for (var i = 0; i < _ranges.Length; i++)
        {
            _before[i] = Count;
            Count += _ranges[i].Count;
        }
    }

    /// <summary>Number of chunks.</summary>
    public long Count { get; }

    /// <summary>The chunk at a place in the list.</summary>
    public long this[long place]
    {
        get
        {
            var found = Array.BinarySearch(_before, place);
            var range = found >= 0 ? found : ~found - 1;
            return _ranges[range].First + (place - _before[range]);
        }
    }

    /// <summary>Whether the plan does not read a chunk.</summary>
    public bool Contains(long chunkIndex)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].End <= chunkIndex ? (middle + 1, high) : (low, middle);
        }

        return low < _ranges.Length && _ranges[low].First <= chunkIndex;
    }
}
