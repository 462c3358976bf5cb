using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Backup;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class BackupPlannerTests
{
    private const int Chunk = 4096;

    private static readonly Gen<(TreeShape Shape, TreeShape Parent, Extent[] Changed)> AnyCase =
        from volumeBytes in Gen.Long[1, 3000L * Chunk]
        from parentBytes in Gen.OneOf(Gen.Const(volumeBytes), Gen.Long[1, 3000L * Chunk])
        from changed in AnyExtent(volumeBytes).Array[0, 20]
        select (new TreeShape(volumeBytes, Chunk), new TreeShape(parentBytes, Chunk), changed);

    [Fact]
    public void Everything_is_one_range_of_all_chunks()
    {
        var plan = BackupPlanner.Everything(new TreeShape((10 * Chunk) + 1, Chunk));
        Assert.Equal([new ChunkRange(0, 11)], plan.Ranges);
        Assert.Equal((10 * Chunk) + 1, plan.BytesToRead);
        Assert.Empty(plan.Unread());
    }

    [Fact]
    public void Changed_blocks_are_rounded_outwards_and_merged()
    {
        var shape = new TreeShape(100 * Chunk, Chunk);
        var plan = BackupPlanner.Changed(
            shape, shape, [new(Chunk * 5, 1), new(Chunk - 1, 2), new(Chunk * 2, Chunk), new(0, 0)]);
        Assert.Equal([new ChunkRange(0, 3), new ChunkRange(5, 6)], plan.Ranges);
    }

    [Fact]
    public void Nothing_is_read_where_nothing_changed()
    {
        var shape = new TreeShape(100 * Chunk, Chunk);
        Assert.Equal(0, BackupPlanner.Changed(shape, shape, []).ChunksToRead);
    }

    [Theory]
    [InlineData(100 * Chunk, 110 * Chunk, 99, 110)]
    [InlineData((100 * Chunk) + 7, 110 * Chunk, 100, 110)]
    [InlineData(110 * Chunk, 100 * Chunk, 99, 100)]
    [InlineData(110 * Chunk, (100 * Chunk) + 7, 100, 101)]
    [InlineData((100 * Chunk) + 7, (100 * Chunk) + 8, 100, 101)]
    public void Where_the_smaller_volume_ends_and_what_grew_is_read(long parentBytes, long bytes, long first, long end)
    {
        var plan = BackupPlanner.Changed(new TreeShape(bytes, Chunk), new TreeShape(parentBytes, Chunk), []);
        Assert.Equal([new ChunkRange(first, end)], plan.Ranges);
    }

    [Fact]
    public void Every_chunk_that_may_differ_is_read_and_no_other() => AnyCase.Sample(one =>
    {
        var (shape, parent, changed) = one;
        var plan = BackupPlanner.Changed(shape, parent, changed);
        var expected = new bool[shape.ChunkCount];
        for (var chunk = 0L; chunk < shape.ChunkCount; chunk++)
        {
            var offset = chunk * Chunk;
            expected[chunk] =
                changed.Any(e => e.LengthBytes > 0 && e.OffsetBytes < offset + Chunk && e.EndBytes > offset)
                || (shape != parent && offset + Chunk >= Math.Min(shape.VolumeBytes, parent.VolumeBytes));
        }

        Assert.Equal(expected, Flags(plan, plan.Ranges));
        Assert.Equal(expected.Select(flag => !flag), Flags(plan, [.. plan.Unread()]));
        Assert.Equal(expected.Count(flag => flag), plan.ChunksToRead);
    });

    private static bool[] Flags(BackupPlan plan, ChunkRange[] ranges)
    {
        var flags = new bool[plan.Shape.ChunkCount];
        foreach (var range in ranges)
        {
            Assert.True(range.Count > 0);
            flags.AsSpan((int)range.First, (int)range.Count).Fill(true);
        }

        return flags;
    }

    private static Gen<Extent> AnyExtent(long volumeBytes) =>
        from offset in Gen.Long[0, volumeBytes]
        from length in Gen.Long[0, Math.Min(volumeBytes - offset, 600L * Chunk)]
        select new Extent(offset, length);
}
