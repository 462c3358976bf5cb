using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Which chunks of the volume are read. Everything else is inherited from the parent.</summary>
/// <param name="Shape">How the volume is cut.</param>
/// <param name="Ranges">Chunks to be read: sorted, apart from each other, none empty.</param>
internal sealed record BackupPlan(TreeShape Shape, ChunkRange[] Ranges)
{
    /// <summary>Number of chunks to be read.</summary>
    public long ChunksToRead { get; } = Ranges.Sum(range => range.Count);

    /// <summary>Bytes of the volume under the chunks to be read.</summary>
    public long BytesToRead { get; } = Ranges.Sum(range =>
        Math.Min(range.End * Shape.ChunkSizeBytes, Shape.VolumeBytes) - (range.First * Shape.ChunkSizeBytes));

    /// <summary>The chunks that are not read, as sorted ranges.</summary>
    public IEnumerable<ChunkRange> Unread()
    {
        var next = 0L;
        foreach (var range in Ranges)
        {
            if (range.First > next)
            {
                yield return new ChunkRange(next, range.First);
            }

            next = range.End;
        }

        if (next < Shape.ChunkCount)
        {
            yield return new ChunkRange(next, Shape.ChunkCount);
        }
    }
}
