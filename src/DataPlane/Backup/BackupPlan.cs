using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Checkpoints;
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
    public long BytesToRead { get; } = Ranges.Sum(range => ExtentOf(range, Shape).LengthBytes);

    /// <summary>Names what is read, so that another run can tell whether it reads the same.</summary>
    public ReadScope Scope => ChunksToRead == Shape.ChunkCount
        ? ReadScope.Everything
        : ReadScope.Of(Ranges.Select(range => ExtentOf(range, Shape)));

    /// <summary>Of the bytes to be read: those in leaves that an interrupted run finished.</summary>
    public long BytesIn(ResumedLeaves leaves)
    {
        var bytes = 0L;
        var first = 0;
        for (var leaf = 0L; leaf < Shape.LeafCount && leaves.Count > 0; leaf++)
        {
            var (start, end) = (leaf * TreeShape.FanOut, (leaf + 1) * TreeShape.FanOut);
            while (first < Ranges.Length && Ranges[first].End <= start)
            {
                first++;
            }

            for (var i = first; leaves.Contains(leaf) && i < Ranges.Length && Ranges[i].First < end; i++)
            {
                var part = new ChunkRange(Math.Max(start, Ranges[i].First), Math.Min(end, Ranges[i].End));
                bytes += ExtentOf(part, Shape).LengthBytes;
            }
        }

        return bytes;
    }

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

    private static Extent ExtentOf(ChunkRange range, TreeShape shape)
    {
        var offset = range.First * shape.ChunkSizeBytes;
        return new Extent(offset, Math.Min(range.End * shape.ChunkSizeBytes, shape.VolumeBytes) - offset);
    }
}
