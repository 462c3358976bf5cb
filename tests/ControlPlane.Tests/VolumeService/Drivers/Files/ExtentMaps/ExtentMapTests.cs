using BackupEngine.ControlPlane.Tests.VolumeService.Support;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.ExtentMaps;

public sealed class ExtentMapTests(FileSystems systems)
{
    private const int BlockBytes = 4096;
    private const int Blocks = 400;

    [Theory]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public void A_map_of_many_extents_is_the_same_read_in_pages_of_any_size(string system)
    {
        using var directory = systems.Of(system).NewDirectory();
        var file = directory.File("fragmented");
        RawFile.Create(file, Blocks * BlockBytes);
        for (var block = 0; block < Blocks; block += 2)
            RawFile.Write(file, block * BlockBytes, RawFile.Pattern(block, BlockBytes));
        var whole = RawFile.Map(file, Blocks * BlockBytes);
        Assert.Equal(Blocks / 2, whole.Length);
        Assert.Equal(
            Enumerable.Range(0, Blocks / 2).Select(i => 2L * i * BlockBytes),
            whole.Select(extent => extent.OffsetBytes));
        foreach (var page in (int[])[1, 3, 7, 199, 200])
            Assert.Equal(whole, RawFile.Map(file, Blocks * BlockBytes, extentsPerPage: page));
    }

    [Fact]
    public void An_empty_file_has_an_empty_map()
    {
        using var directory = systems.Xfs.NewDirectory();
        RawFile.Create(directory.File("empty"), Blocks * BlockBytes);
        Assert.Empty(RawFile.Map(directory.File("empty"), Blocks * BlockBytes));
    }
}
