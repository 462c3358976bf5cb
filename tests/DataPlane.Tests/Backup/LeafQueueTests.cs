using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Backup;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class LeafQueueTests
{
    private static readonly Gen<BackupPlan> AnyPlan =
        from gaps in Gen.Select(Gen.Long[1, 700], Gen.Long[1, 700]).Array[0, 30]
        select PlanOf(gaps);

    [Fact]
    public void Leaves_are_handed_out_once_each_with_exactly_the_chunks_of_the_plan() => AnyPlan.Sample(plan =>
    {
        var queue = new LeafQueue(plan);
        var leaves = new List<long>();
        var chunks = new List<long>();
        while (queue.TryTake(out var work))
        {
            leaves.Add(work.LeafIndex);
            var before = chunks.Count;
            for (var cursor = new ChunkCursor(plan, work); cursor.MoveNext();)
            {
                Assert.Equal(work.LeafIndex, cursor.Current / TreeShape.FanOut);
                chunks.Add(cursor.Current);
            }

            Assert.True(chunks.Count > before, "a leaf without work was handed out");
        }

        var planned = plan.Ranges.SelectMany(range => Enumerable.Range((int)range.First, (int)range.Count));
        Assert.Equal(planned.Select(chunk => (long)chunk), chunks);
        Assert.Equal(leaves.Distinct(), leaves);
    });

    [Fact]
    public void A_cursor_that_has_ended_stays_ended()
    {
        var plan = PlanOf([(3, 2)]);
        Assert.True(new LeafQueue(plan).TryTake(out var work));
        var cursor = new ChunkCursor(plan, work);
        Assert.True(cursor.MoveNext());
        Assert.True(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
    }

    private static BackupPlan PlanOf((long Gap, long Count)[] gaps)
    {
        var ranges = new List<ChunkRange>();
        var next = 0L;
        foreach (var (gap, count) in gaps)
        {
            ranges.Add(new ChunkRange(next + gap, next + gap + count));
            next += gap + count;
        }

        return new BackupPlan(new TreeShape((next + 5) * 4096, 4096), [.. ranges]);
    }
}
