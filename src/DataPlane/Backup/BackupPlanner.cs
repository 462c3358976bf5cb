using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Decides which chunks are read.</summary>
internal static class BackupPlanner
{
    /// <summary>Everything is read: a full backup, or an incremental that knows no changed blocks.</summary>
    public static BackupPlan Everything(TreeShape shape) => new(shape, [new ChunkRange(0, shape.ChunkCount)]);

    /// <summary>
    /// What changed since the parent is read, rounded outwards to chunks, and what the parent cannot tell: where
    /// the volume grew, and the chunk in which the smaller of the two volumes ends.
    /// </summary>
    /// <param name="shape">How the volume is cut.</param>
    /// <param name="parent">How the parent's volume was cut, of the same chunk size.</param>
    /// <param name="changedBlocks">Extents inside the volume, in any order; they may overlap.</param>
    public static BackupPlan Changed(TreeShape shape, TreeShape parent, IReadOnlyList<Extent> changedBlocks)
    {
        var ranges = new List<ChunkRange>(changedBlocks.Count + 1);
        ranges.AddRange(changedBlocks
            .Where(extent => extent.LengthBytes > 0)
            .Select(extent => RoundOutwards(extent, shape)));
        if (shape.VolumeBytes != parent.VolumeBytes)
        {
            ranges.Add(FromSmallerEnd(shape, parent));
        }

        return new BackupPlan(shape, Merge(ranges));
    }

    private static ChunkRange RoundOutwards(Extent extent, TreeShape shape) =>
        new(extent.OffsetBytes / shape.ChunkSizeBytes, ((extent.EndBytes - 1) / shape.ChunkSizeBytes) + 1);

    /// <summary>
    /// From the chunk that holds the last byte of the smaller volume: its length, or its neighbours in the leaf,
    /// are new.
    /// </summary>
    private static ChunkRange FromSmallerEnd(TreeShape shape, TreeShape parent)
    {
        var lastCommonByte = Math.Min(shape.VolumeBytes, parent.VolumeBytes) - 1;
        return new ChunkRange(lastCommonByte / shape.ChunkSizeBytes, shape.ChunkCount);
    }

    private static ChunkRange[] Merge(List<ChunkRange> ranges)
    {
        ranges.Sort((left, right) => left.First.CompareTo(right.First));
        var merged = new List<ChunkRange>(ranges.Count);
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.First <= merged[^1].End)
            {
                merged[^1] = merged[^1] with { End = Math.Max(merged[^1].End, range.End) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return [.. merged];
    }
}
