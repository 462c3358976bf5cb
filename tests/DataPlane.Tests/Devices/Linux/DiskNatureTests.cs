using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Devices.Linux;

namespace BackupEngine.DataPlane.Tests.Devices.Linux;

/// <summary>Over a sysfs made for the test: the disks of one host are not those of another.</summary>
public sealed class DiskNatureTests : IDisposable
{
    private readonly TemporaryFolder _sys = new();

    public DiskNatureTests()
    {
        Directory.CreateDirectory(_sys.File("dev/block"));
        Directory.CreateDirectory(_sys.File("block"));
    }

    public void Dispose() => _sys.Dispose();

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    public void A_disk_tells_whether_it_turns(string rotational, bool expected)
    {
        AddDisk("sda", "8:0", rotational);
        Assert.Equal(expected, Of(8, 0).IsRotational);
    }

    [Fact]
    public void A_partition_is_on_its_disk()
    {
        var disk = AddDisk("sda", "8:0", "1");
        AddPartition(disk, "sda1", "8:1");
        var found = Of(8, 1);
        Assert.True(found.IsRotational);
        Assert.Equal(["sda"], found.Disks);
    }

    [Fact]
    public void One_turning_disk_below_a_stack_makes_all_of_it_turn()
    {
        var turning = AddDisk("sda", "8:0", "1");
        var partition = AddPartition(turning, "sda1", "8:1");
        var other = AddDisk("nvme0n1", "259:0", "0");
        var lower = AddDisk("dm-0", "253:0", "0");
        Link(Path.Combine(lower, "slaves/sda1"), partition);
        var upper = AddDisk("dm-1", "253:1", "0");
        Link(Path.Combine(upper, "slaves/dm-0"), lower);
        Link(Path.Combine(upper, "slaves/nvme0n1"), other);
        var found = Of(253, 1);
        Assert.True(found.IsRotational);
        Assert.Equal(["nvme0n1", "sda"], found.Disks);
        Assert.Contains("sda is rotational", found.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_device_is_on_the_disk_of_its_file()
    {
        var file = _sys.CreateFile("volume", 1);
        AddDisk("sdb", DeviceFile.NumberOfDiskWith(file).ToString(), "1");
        var loop = AddDisk("loop7", "7:7", "0");
        Directory.CreateDirectory(Path.Combine(loop, "loop"));
        File.WriteAllText(Path.Combine(loop, "loop/backing_file"), file + "\n");
        Assert.Equal(["sdb"], Of(7, 7).Disks);
        Assert.True(Of(7, 7).IsRotational);
    }

    [Fact]
    public void What_a_virtual_disk_says_of_itself_is_not_believed()
    {
        var disk = AddDisk("vda", "254:0", "1");
        var driver = _sys.File("bus/virtio/drivers/virtio_blk");
        Directory.CreateDirectory(driver);
        Directory.CreateDirectory(Path.Combine(disk, "device"));
        Link(Path.Combine(disk, "device/driver"), driver);
        Assert.Null(Of(254, 0).IsRotational);
        Assert.Contains("virtual disk", Of(254, 0).Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_disk_nothing_is_known()
    {
        var found = Of(0, 42);
        Assert.Null(found.IsRotational);
        Assert.Empty(found.Disks);
        Assert.False(found.IsMemory);
    }

    [Fact]
    public void A_stack_in_a_circle_ends()
    {
        var disk = AddDisk("dm-0", "253:0", "0");
        Link(Path.Combine(disk, "slaves/dm-0"), disk);
        Assert.Empty(Of(253, 0).Disks);
    }

    [Theory]
    [InlineData("zram0", true)]
    [InlineData("ram3", true)]
    [InlineData("sda", false)]
    [InlineData("ramdisk", false)]
    public void Memory_as_a_disk_is_known_by_its_name(string name, bool expected)
    {
        AddDisk(name, "1:3", "0");
        Assert.Equal(expected, Of(1, 3).IsMemory);
    }

    [Fact]
    public void This_host_is_looked_up_without_an_error()
    {
        using var folder = new TemporaryFolder();
        var file = folder.CreateFile("volume", 4096);
        using IFileDevice device = BlockDevice.Open(file, DeviceAccess.Read, direct: false);
        var words = DiskNature.Of(device.Main).Words;
        Assert.DoesNotContain("does not tell what its disk is", words, StringComparison.Ordinal);
    }

    private static void Link(string link, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        Directory.CreateSymbolicLink(link, target);
    }

    private DiskNature Of(uint major, uint minor) =>
        DiskNature.Of(new DeviceNumber(major, minor), new SysBlock(_sys.Path));

    private string AddDisk(string name, string number, string rotational)
    {
        var folder = _sys.File("devices/" + name);
        Directory.CreateDirectory(Path.Combine(folder, "queue"));
        File.WriteAllText(Path.Combine(folder, "queue/rotational"), rotational + "\n");
        Link(_sys.File("dev/block/" + number), folder);
        Link(_sys.File("block/" + name), folder);
        return folder;
    }

    private string AddPartition(string disk, string name, string number)
    {
        var folder = Path.Combine(disk, name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "partition"), "1\n");
        Link(_sys.File("dev/block/" + number), folder);
        return folder;
    }
}
