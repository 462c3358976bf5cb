using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Index.Merging;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Index.Merging;

/// <summary>Few segments whatever the backups, and no entry written much more often than there are levels.</summary>
public sealed class IndexMergePolicyTests
{
    [Fact]
    public void The_number_of_segments_grows_with_the_logarithm_of_the_entries()
    {
        // A few chunks, the usual, a full checkpoint, what another policy left behind.
        var size = Gen.OneOf(
            Gen.Long[1, 100], Gen.Long[1000, 200_000], Gen.Const(256L * 1024), Gen.Long[1, 40_000_000]);
        long backups = 0, most = 0;
        size.Array[1, 600].Sample(
            sizes =>
            {
                var index = new PolicyModel(long.MaxValue);
                foreach (var entries in sizes)
                {
                    index.Add(entries);
                    var levels = IndexMergePolicy.LevelOf(index.Entries) + 1;
                    Assert.InRange(index.Segments, 0, (IndexMergePolicy.Ratio - 1) * levels);
                    most = Math.Max(most, index.Segments);
                }

                // Each level once, and small ones again and again, but never more than eight of them at once.
                var allowance = (IndexMergePolicy.LevelOf(index.Entries) + 1) * index.Entries;
                var small = sizes.Length * IndexMergePolicy.SmallEntries;
                Assert.InRange(index.Written, 0, allowance + small);
                backups += sizes.Length;
            },
            iter: 200 * Counts.Times,
            threads: 1);
        Counts.Report("backups whose index was merged by the policy", backups, $"at most {most} segments");
    }

    [Fact]
    public void A_hundred_million_chunks_are_in_few_segments()
    {
        var index = new PolicyModel(IndexMergeOptions.AfterBackup.MaximumEntries);
        while (index.Entries < 100_000_000)
        {
            index.Add(256 * 1024);
        }

        Assert.InRange(index.Segments, 1, 24);
    }

    [Fact]
    public void The_limits_of_the_format_are_never_exceeded()
    {
        const long Entries = IndexHeader.MaximumEntries / 4;
        Assert.Empty(Choose(8, Entries, packs: 1));
        Assert.Empty(Choose(20, Entries, packs: 1));
        Assert.Equal(8, Choose(8, IndexHeader.MaximumEntries / 8, packs: 1).Count);
        Assert.Equal(8, Choose(9, IndexHeader.MaximumEntries / 8, packs: 1).Count);
        Assert.Empty(Choose(9, 10, packs: IndexHeader.MaximumPacks / 4));
        Assert.Equal(8, Choose(9, 10, packs: IndexHeader.MaximumPacks / 8).Count);
    }

    [Fact]
    public void Nothing_is_merged_below_eight_of_a_level() => Assert.Empty(Choose(7, 1, packs: 1));

    private static IReadOnlyList<SegmentId> Choose(int count, long entries, int packs) => IndexMergePolicy.Choose(
        Enumerable.Range(1, count).Select(id => new SegmentSize(new SegmentId((uint)id), entries, packs)),
        long.MaxValue);
}
