using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>
/// Collects changed ranges in ascending order: rounded outwards to blocks, merged where they touch. When they become
/// too many, those with the smallest gaps between them are merged: more is reported than changed, never less.
/// </summary>
internal sealed class ChangedExtentList(
    long volumeBytes, long blockBytes, int maxExtents = ChangedExtentList.DefaultMaxExtents)
{
    /// <summary>Keeps the answer at some megabytes on the bus.</summary>
    public const int DefaultMaxExtents = 100_000;

    private List<(long Start, long End)> _ranges = [];

    /// <summary>Adds a range that begins no earlier than those before.</summary>
    public void Add(long startBytes, long endBytes)
    {
        if (startBytes >= endBytes)
            return;
        var start = startBytes / blockBytes * blockBytes;
        var end = Math.Min(volumeBytes, (endBytes + blockBytes - 1) / blockBytes * blockBytes);
        if (_ranges.Count > 0 && start < _ranges[^1].Start)
            throw new InvalidOperationException($"Changed ranges out of order: {start} after {_ranges[^1].Start}.");
        if (_ranges.Count > 0 && start <= _ranges[^1].End)
            _ranges[^1] = (_ranges[^1].Start, Math.Max(end, _ranges[^1].End));
        else
            _ranges.Add((start, end));
        if (_ranges.Count >= 2 * maxExtents)
            MergeNearest();
    }

    /// <summary>The extents: sorted, disjoint, within the volume.</summary>
    public IReadOnlyList<ChangedExtent> ToExtents()
    {
        MergeNearest();
        return [.. _ranges.Select(range => new ChangedExtent
        {
            OffsetBytes = range.Start,
            LengthBytes = range.End - range.Start,
        })];
    }

    private void MergeNearest()
    {
        var surplus = _ranges.Count - maxExtents;
        if (surplus <= 0)
            return;
        var gaps = new long[_ranges.Count - 1];
        for (var i = 0; i < gaps.Length; i++)
            gaps[i] = _ranges[i + 1].Start - _ranges[i].End;
        Array.Sort(gaps);
        MergeGapsUpTo(gaps[surplus - 1]);
    }

    private void MergeGapsUpTo(long gapBytes)
    {
        var merged = new List<(long Start, long End)>(maxExtents) { _ranges[0] };
        foreach (var range in _ranges.Skip(1))
        {
            if (range.Start - merged[^1].End <= gapBytes)
                merged[^1] = (merged[^1].Start, range.End);
            else
                merged.Add(range);
        }

        _ranges = merged;
    }
}
