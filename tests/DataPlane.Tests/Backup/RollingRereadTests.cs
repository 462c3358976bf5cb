using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Backup;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class RollingRereadTests
{
    private const int Chunk = 4096;

    [Fact]
    public void In_n_incrementals_each_chunk_is_read_because_it_changed_or_re_read() =>
        (from chunks in Gen.Long[1, 700]
         from share in Gen.Int[1, 40]
         from start in Gen.Long[0, 800]
         from changed in Gen.Long[0, chunks - 1].Array[0, 5].Array[share]
         select (chunks, share, start, changed)).Sample(one =>
        {
            var shape = new TreeShape(one.chunks * Chunk, Chunk);
            var (position, seen) = (one.start * Chunk, new HashSet<long>());
            foreach (var changed in one.changed)
            {
                var plan = PlanOf(shape, changed);
                var part = new RollingReread(shape, position, one.share);
                var reread = Chunks(part.Select(plan)).ToList();
                Assert.Empty(reread.Intersect(changed));
                Assert.InRange(reread.Count, 0, (one.chunks / one.share) + 1);
                Assert.Equal(reread.Distinct().Order(), reread);
                seen.UnionWith([.. reread, .. changed]);
                position = part.NextPositionBytes;
            }

            Assert.Equal(one.chunks, seen.Count);
        });

    [Fact]
    public void Nothing_is_re_read_with_a_share_of_zero_and_the_position_stays()
    {
        var shape = new TreeShape(100 * Chunk, Chunk);
        var part = new RollingReread(shape, 40 * Chunk, 0);
        Assert.Empty(part.Select(PlanOf(shape, [])));
        Assert.Equal(40 * Chunk, part.NextPositionBytes);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(1_000_000)]
    public void Behind_the_end_of_a_volume_that_shrank_it_begins_anew(long positionChunks)
    {
        var shape = new TreeShape(100 * Chunk, Chunk);
        var part = new RollingReread(shape, positionChunks * Chunk, 10);
        Assert.Equal(new ChunkRange(0, 10), Assert.Single(part.Select(PlanOf(shape, []))));
        Assert.Equal(10 * Chunk, part.NextPositionBytes);
    }

    /// <summary>What was proven under the former n need not be proven again before the rest.</summary>
    [Fact]
    public void Another_share_goes_on_where_the_former_one_stopped()
    {
        var shape = new TreeShape(100 * Chunk, Chunk);
        var first = new RollingReread(shape, 0, 4);
        var second = new RollingReread(shape, first.NextPositionBytes, 2);
        Assert.Equal(new ChunkRange(25, 75), Assert.Single(second.Select(PlanOf(shape, []))));
        var third = new RollingReread(shape, second.NextPositionBytes, 3);
        Assert.Equal([new(0, 9), new(75, 100)], third.Select(PlanOf(shape, [])));
    }

    private static BackupPlan PlanOf(TreeShape shape, long[] changed) =>
        BackupPlanner.Changed(shape, shape, [.. changed.Select(index => new Extent(index * Chunk, 1))]);

    private static IEnumerable<long> Chunks(IEnumerable<ChunkRange> ranges) =>
        ranges.SelectMany(range => Enumerable.Range((int)range.First, (int)range.Count).Select(chunk => (long)chunk));
}
