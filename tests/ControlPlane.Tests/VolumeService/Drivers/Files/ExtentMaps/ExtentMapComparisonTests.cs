using BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.ExtentMaps;

public sealed class ExtentMapComparisonTests
{
    private const int BlockBytes = 4096;
    private const int Blocks = 40;
    private const long MapBytes = Blocks * BlockBytes;

    /// <summary>What stands for each block: 0 a hole, otherwise its place and flags.</summary>
    private static readonly Gen<int[]> Layouts = Gen.Int[0, 6].Array[Blocks];

    private static readonly ExtentFlags[] DoubtfulFlags =
    [
        ExtentFlags.Unknown, ExtentFlags.DelayedAllocation, ExtentFlags.Encoded, ExtentFlags.Encrypted,
        ExtentFlags.NotAligned, ExtentFlags.Inline, ExtentFlags.Tail, (ExtentFlags)0x40000000,
    ];

    [Fact]
    public void Blocks_differ_exactly_where_their_places_differ_however_the_maps_are_cut() =>
        Gen.Select(Layouts, Layouts, Gen.Int, Gen.Int).Sample((before, after, cutsBefore, cutsAfter) =>
        {
            var expected = Enumerable.Range(0, Blocks).Where(block => before[block] != after[block]);
            Assert.Equal(expected, Compare(MapOf(before, cutsBefore), MapOf(after, cutsAfter)));
        });

    [Fact]
    public void An_extent_in_doubt_differs_from_everything_even_from_itself()
    {
        foreach (var flag in DoubtfulFlags)
        {
            FileExtent[] map = [new(BlockBytes, 1 << 20, 2 * BlockBytes, flag | ExtentFlags.Shared)];
            Assert.Equal([1, 2], Compare(map, map));
            Assert.Equal([1, 2], Compare([], map));
        }
    }

    [Fact]
    public void An_extent_without_a_place_differs_from_itself()
    {
        FileExtent[] map = [new(0, 0, BlockBytes, ExtentFlags.Last)];
        Assert.Equal([0], Compare(map, map));
    }

    [Fact]
    public void Unwritten_blocks_differ_from_written_ones_at_the_same_place()
    {
        FileExtent[] unwritten = [new(0, 1 << 20, BlockBytes, ExtentFlags.Unwritten)];
        FileExtent[] written =
            [new(0, 1 << 20, BlockBytes, ExtentFlags.Shared | ExtentFlags.Last | ExtentFlags.Merged)];
        Assert.Equal([0], Compare(unwritten, written));
        Assert.Empty(Compare(unwritten, unwritten));
        Assert.Empty(Compare(written, [new(0, 1 << 20, BlockBytes, ExtentFlags.None)]));
    }

    [Fact]
    public void What_lies_beyond_the_end_is_not_looked_at() =>
        Assert.Empty(Compare([], [new(MapBytes, 1 << 20, BlockBytes, ExtentFlags.None)]));

    [Fact]
    public void Maps_that_do_not_keep_still_give_no_answer()
    {
        var place = 0L;
        IEnumerable<FileExtent> Moving() => [new(0, place += BlockBytes, BlockBytes, ExtentFlags.None)];
        Assert.Null(
            StableComparison.Compare(Moving, () => [], MapBytes, NewList, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Maps_that_were_moved_once_are_read_until_they_agree()
    {
        // While the first reading goes on, a balance moves the old extent to another place and gives its place to the
        // new one.
        var (old, moved) = (1L << 20, 2L << 20);
        var readings = 0;
        IEnumerable<FileExtent> Before() => [new(0, readings++ == 0 ? old : moved, BlockBytes, ExtentFlags.None)];
        IEnumerable<FileExtent> After() => [new(0, old, BlockBytes, ExtentFlags.None)];
        var list = StableComparison.Compare(Before, After, MapBytes, NewList, TestContext.Current.CancellationToken);
        Assert.Equal([0L], list!.ToExtents().Select(extent => extent.OffsetBytes));
        Assert.Equal(3, readings);
    }

    private static ChangedExtentList NewList() => new(MapBytes, BlockBytes);

    private static IEnumerable<int> Compare(IEnumerable<FileExtent> before, IEnumerable<FileExtent> after)
    {
        var list = NewList();
        ExtentMapComparison.AddDifferences(before, after, MapBytes, list);
        return list.ToExtents().SelectMany(
            extent => Enumerable.Range((int)(extent.OffsetBytes / BlockBytes), (int)(extent.LengthBytes / BlockBytes)));
    }

    // Blocks of one number lie where a run of that number would have them, so neighbours may be reported as one extent
    // or as many.
    private static IEnumerable<FileExtent> MapOf(int[] layout, int cuts)
    {
        for (var start = 0; start < Blocks;)
        {
            var end = start + 1;
            while (end < Blocks && layout[end] == layout[start] && (cuts >> (end % 31) & 1) == 0)
                end++;
            if (layout[start] > 0)
                yield return new FileExtent(
                    (long)start * BlockBytes,
                    ((long)layout[start] << 30) + ((long)start * BlockBytes),
                    (long)(end - start) * BlockBytes,
                    cuts % 2 == 0 ? ExtentFlags.Shared : ExtentFlags.None);
            start = end;
        }
    }
}
