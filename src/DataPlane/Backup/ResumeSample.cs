using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// One chunk of each leaf of a sample that an interrupted run has read and this one would read: at most one of 256, so
/// that little of what was gained is lost.
/// </summary>
internal sealed class ResumeSample(BackupPlan plan, IReadOnlyList<SampledLeaf> sample) : IExpectedLeaves
{
    private readonly Dictionary<long, SampledLeaf> _leaves = sample.ToLookup(leaf => leaf.Index)
        .ToDictionary(leaves => leaves.Key, leaves => leaves.First());

    /// <summary>The chunks, in order; none of a leaf of which nothing is read.</summary>
    public IEnumerable<ChunkRange> Choose()
    {
        var first = 0;
        foreach (var leaf in _leaves.Keys.Order())
        {
            var (start, end) = (leaf * TreeShape.FanOut, (leaf + 1) * TreeShape.FanOut);
            while (first < plan.Ranges.Length && plan.Ranges[first].End <= start)
            {
                first++;
            }

            var parts = plan.Ranges.Skip(first).TakeWhile(range => range.First < end)
                .Select(range => new ChunkRange(Math.Max(start, range.First), Math.Min(end, range.End))).ToList();
            if (parts.Count > 0)
            {
                var part = parts[Random.Shared.Next(parts.Count)];
                var chunk = Random.Shared.NextInt64(part.First, part.End);
                yield return new ChunkRange(chunk, chunk + 1);
            }
        }
    }

    public ValueTask<int> ReadAsync(long leafIndex, Memory<ChunkId> ids, CancellationToken cancellationToken)
    {
        var leaf = _leaves[leafIndex].Ids;
        leaf.CopyTo(ids);
        return ValueTask.FromResult(leaf.Length);
    }
}
