using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Hands the leaves of a plan to the lanes, in order, each once. Holds no list: leaves are cut from the plan's
/// ranges as they are taken; those that an interrupted run finished are passed over.
/// </summary>
internal sealed class LeafQueue(BackupPlan plan, ResumedLeaves? resumed = null)
{
    private readonly Lock _gate = new();
    private int _range;
    private long _nextChunk = plan.Ranges.Length > 0 ? plan.Ranges[0].First : 0;

    /// <summary>Takes the next leaf; false when none is left.</summary>
    public bool TryTake(out LeafWork work)
    {
        lock (_gate)
        {
            while (_range < plan.Ranges.Length)
            {
                work = new LeafWork(_nextChunk / TreeShape.FanOut, _range);
                MoveTo((work.LeafIndex + 1) * TreeShape.FanOut);
                if (resumed?.Contains(work.LeafIndex) != true)
                {
                    return true;
                }
            }

            work = default;
            return false;
        }
    }

    private void MoveTo(long leafEnd)
    {
        while (_range < plan.Ranges.Length && plan.Ranges[_range].End <= leafEnd)
        {
            _range++;
        }

        _nextChunk = _range < plan.Ranges.Length ? Math.Max(plan.Ranges[_range].First, leafEnd) : leafEnd;
    }
}
