using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The part of the volume that an incremental re-reads although it is said to be unchanged. The parts of n
/// incrementals that build on each other make up the whole volume: each begins where that of its parent ended, as the
/// parent's manifest says. So it does not matter which backups were deleted meanwhile, or that n was another one.
/// </summary>
internal sealed class RollingReread
{
    private readonly TreeShape _shape;
    private readonly ChunkRange[] _parts;

    /// <summary>The part of one incremental.</summary>
    /// <param name="shape">How the volume is cut.</param>
    /// <param name="positionBytes">Where the parent's ended. Behind the end of a volume that shrank: the
    /// beginning.</param>
    /// <param name="share">n: an nth of the volume; 0 for nothing.</param>
    public RollingReread(TreeShape shape, long positionBytes, int share)
    {
        _shape = shape;
        var first = positionBytes < shape.VolumeBytes ? positionBytes / shape.ChunkSizeBytes : 0;
        var count = share == 0 ? 0 : ((shape.ChunkCount - 1) / share) + 1;
        var end = first + count;
        _parts = end <= shape.ChunkCount
            ? [new ChunkRange(first, end)]
            : [new ChunkRange(0, end - shape.ChunkCount), new ChunkRange(first, shape.ChunkCount)];
        NextPositionBytes = end % shape.ChunkCount * shape.ChunkSizeBytes;
    }

    /// <summary>Where the next incremental goes on.</summary>
    public long NextPositionBytes { get; }

    /// <summary>The chunks of the part that the plan does not read anyway, in order.</summary>
    public IEnumerable<ChunkRange> Select(BackupPlan plan)
    {
        if (plan.Shape != _shape)
        {
            throw new ArgumentException("The plan is of another volume.", nameof(plan));
        }

        return plan.Unread()
            .SelectMany(_ => _parts, (unread, part) => new ChunkRange(
                Math.Max(unread.First, part.First), Math.Min(unread.End, part.End)))
            .Where(range => range.First < range.End);
    }
}
