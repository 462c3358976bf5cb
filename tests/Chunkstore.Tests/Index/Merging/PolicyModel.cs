using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Index.Merging;

namespace BackupEngine.Chunkstore.Tests.Index.Merging;

/// <summary>The sizes of an index that is merged after every segment.</summary>
internal sealed class PolicyModel(long maximumEntries)
{
    private readonly Dictionary<SegmentId, long> _segments = [];
    private uint _ids;

    public int Segments => _segments.Count;

    public long Entries => _segments.Values.Sum();

    /// <summary>Entries written by merges.</summary>
    public long Written { get; private set; }

    public void Add(long entries)
    {
        _segments.Add(new SegmentId(++_ids), entries);
        for (var group = Choose(); group.Count > 0; group = Choose())
        {
            var merged = group.Sum(id => _segments[id]);
            Written += merged;
            group.ToList().ForEach(id => _segments.Remove(id));
            _segments.Add(new SegmentId(++_ids), merged);
        }
    }

    private IReadOnlyList<SegmentId> Choose() => IndexMergePolicy.Choose(
        _segments.Select(segment => new SegmentSize(segment.Key, segment.Value, 1)), maximumEntries);
}
