using BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.ExtentMaps;

public sealed class ChangedExtentListTests
{
    private const int BlockBytes = 4096;
    private const int VolumeBlocks = 3000;
    private const int MaxExtents = 20;

    private static readonly Gen<int[]> Starts = Gen.Int[0, VolumeBlocks * BlockBytes].Array[0, 400];

    [Fact]
    public void Nothing_is_lost_and_the_list_stays_short() =>
        Gen.Select(Starts, Gen.Int[1, 9000]).Sample((starts, length) =>
    {
        const long VolumeBytes = VolumeBlocks * BlockBytes;
        Array.Sort(starts);
        var list = new ChangedExtentList(VolumeBytes, BlockBytes, MaxExtents);
        foreach (var start in starts)
            list.Add(start, Math.Min(VolumeBytes, start + length));
        var extents = list.ToExtents();
        Assert.True(extents.Count <= MaxExtents, $"{extents.Count} extents");
        Assert.All(extents.Zip(extents.Skip(1)), pair =>
            Assert.True(pair.First.OffsetBytes + pair.First.LengthBytes < pair.Second.OffsetBytes));
        Assert.All(extents, extent => Assert.Equal(0, (extent.OffsetBytes | extent.LengthBytes) % BlockBytes));
        foreach (var start in starts.Where(start => start < VolumeBytes))
            Assert.Contains(extents, extent => extent.OffsetBytes <= start
                && extent.OffsetBytes + extent.LengthBytes >= Math.Min(VolumeBytes, start + length));
    });

    [Fact]
    public void The_smallest_gaps_are_given_up_first()
    {
        var list = new ChangedExtentList(VolumeBlocks * BlockBytes, BlockBytes, maxExtents: 2);
        foreach (var block in (int[])[0, 2, 100])
            list.Add(block * BlockBytes, (block + 1) * BlockBytes);
        Assert.Equal(
            [(0, 3 * BlockBytes), (100 * BlockBytes, BlockBytes)],
            list.ToExtents().Select(extent => ((int)extent.OffsetBytes, (int)extent.LengthBytes)));
    }

    [Fact]
    public void The_end_of_the_volume_is_not_passed()
    {
        var list = new ChangedExtentList(BlockBytes + 512, BlockBytes);
        list.Add(BlockBytes + 1, BlockBytes + 512);
        Assert.Equal(
            (BlockBytes, 512), list.ToExtents().Select(e => ((int)e.OffsetBytes, (int)e.LengthBytes)).Single());
    }
}
