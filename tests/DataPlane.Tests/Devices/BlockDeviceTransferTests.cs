using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>What is written is what is read, byte for byte, on files and loop devices, on disk and in memory.</summary>
public sealed class BlockDeviceTransferTests
{
    /// <summary>Kind of device, parent folder of its file, length in bytes, direct.</summary>
    public static TheoryData<bool, string, int, bool> Devices => new(
        from isLoop in new[] { true, false }
        from folder in new[] { Path.GetTempPath(), TemporaryFolder.MemoryFileSystem }
        from lengthBytes in isLoop ? new[] { 512, 256 * 1024, (300 * 1024) + 512 } : [1, 4096, 4097, (300 * 1024) + 511]
        from direct in new[] { true, false }
        select (isLoop, folder, lengthBytes, direct));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Devices))]
    public async Task Any_sequence_of_writes_and_zeroings_leaves_what_a_byte_array_holds(
        bool isLoop, string parent, int lengthBytes, bool direct)
    {
        using var fixture = Fixture.Create(isLoop, parent, lengthBytes);
        using var device = BlockDevice.Open(fixture.Path, DeviceAccess.ReadWrite, direct);
        Assert.Equal(lengthBytes, device.LengthBytes);
        var random = new Random(lengthBytes);
        var model = new byte[lengthBytes];
        random.NextBytes(model);
        await AlignedBytes.WriteAllAsync(device, model);

        for (var step = 0; step < 25; step++)
        {
            await ChangeAsync(device, model, random);
            Assert.Equal(model, await AlignedBytes.ReadAllAsync(device));
        }

        await device.FlushAsync(Cancelled);
        using var reopened = BlockDevice.Open(fixture.Path, DeviceAccess.Read, !direct);
        Assert.Equal(model, await AlignedBytes.ReadAllAsync(reopened));
    }

    [Fact]
    public void Zeroing_any_extent_makes_it_zero_and_touches_nothing_beside_it()
    {
        const int LengthBytes = 40_000;
        using var folder = new TemporaryFolder();
        using var device = BlockDevice.Open(
            folder.CreateFile("volume", LengthBytes), DeviceAccess.ReadWrite, direct: true);
        Gen.Select(Gen.Int[0, LengthBytes], Gen.Int[0, LengthBytes]).Sample(
            (a, b) =>
            {
                var extent = new Extent(Math.Min(a, b), Math.Abs(a - b));
                var expected = Enumerable.Repeat((byte)0xFF, LengthBytes).ToArray();
                AlignedBytes.WriteAllAsync(device, expected).Wait(Cancelled);
                expected.AsSpan((int)extent.OffsetBytes, (int)extent.LengthBytes).Clear();
                device.ZeroAsync(extent, Cancelled).AsTask().Wait(Cancelled);
                Assert.Equal(expected, AlignedBytes.ReadAllAsync(device).Result);
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public async Task Zeroing_a_file_gives_its_space_back()
    {
        using var folder = new TemporaryFolder();
        var file = folder.CreateFile("volume", 1 << 20);
        using var device = BlockDevice.Open(file, DeviceAccess.ReadWrite, direct: true);
        await AlignedBytes.WriteAllAsync(device, Enumerable.Repeat((byte)1, 1 << 20).ToArray());
        await device.FlushAsync(Cancelled);
        var full = long.Parse(Shell.Run("stat", "-c", "%b", file));
        await device.ZeroAsync(new Extent(0, 1 << 20), Cancelled);
        await device.FlushAsync(Cancelled);
        Assert.InRange(long.Parse(Shell.Run("stat", "-c", "%b", file)), 0, full / 4);
        Assert.Equal(1 << 20, new FileInfo(file).Length);
        Assert.Null(((IBlockDevice)device).ZeroingRefused);
    }

    [Fact]
    public async Task Zeroing_a_block_device_gives_the_space_below_it_back()
    {
        LoopDevice.SkipUnlessPossible();
        using var folder = new TemporaryFolder(TemporaryFolder.MemoryFileSystem);
        var file = folder.CreateFile("volume", 4 << 20);
        using var loop = LoopDevice.Over(file);
        using IBlockDevice device = BlockDevice.Open(loop.Path, DeviceAccess.ReadWrite, direct: true);
        await AlignedBytes.WriteAllAsync(device, Enumerable.Repeat((byte)1, 4 << 20).ToArray());
        await device.FlushAsync(Cancelled);
        var full = long.Parse(Shell.Run("stat", "-c", "%b", file));
        await device.ZeroAsync(new Extent(0, 4 << 20), Cancelled);
        await device.FlushAsync(Cancelled);
        Assert.InRange(long.Parse(Shell.Run("stat", "-c", "%b", file)), 0, full / 4);
        Assert.Null(device.ZeroingRefused);
        Assert.Equal(new byte[4 << 20], await AlignedBytes.ReadAllAsync(device));
    }

    [Fact]
    public async Task A_block_device_that_cannot_unmap_is_zeroed_all_the_same_and_that_is_said()
    {
        LoopDevice.SkipUnlessPossible();
        using var folder = new TemporaryFolder(TemporaryFolder.MemoryFileSystem);
        using var loop = LoopDevice.Over(folder.CreateFile("volume", 3 << 20));

        // A loop device over such a file system refuses to unmap as soon as it was asked to zero in place.
        Shell.Run("blkdiscard", "--zeroout", "--length", "1048576", loop.Path);
        using IBlockDevice device = BlockDevice.Open(loop.Path, DeviceAccess.ReadWrite, direct: true);
        var content = Enumerable.Repeat((byte)7, 3 << 20).ToArray();
        await AlignedBytes.WriteAllAsync(device, content);
        await device.ZeroAsync(new Extent(1000, 2_500_000), Cancelled);
        content.AsSpan(1000, 2_500_000).Clear();
        Assert.Equal(content, await AlignedBytes.ReadAllAsync(device));
        Assert.Contains("unmap", device.ZeroingRefused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_zeroing_is_refused_zeros_are_written_and_that_is_said()
    {
        Assert.SkipUnless(Shell.IsRoot, "needs root: mounts a ramfs");
        using var folder = new TemporaryFolder();
        using var mount = new MountPoint(folder.File("ram"), "-t", "ramfs", "none");
        var content = Enumerable.Repeat((byte)7, 3_000_000).ToArray();
        File.WriteAllBytes(mount.Path + "/volume", content);
        using IBlockDevice device = BlockDevice.Open(mount.Path + "/volume", DeviceAccess.ReadWrite, direct: true);
        await device.ZeroAsync(new Extent(1000, 2_500_000), Cancelled);
        content.AsSpan(1000, 2_500_000).Clear();
        Assert.Equal(content, await AlignedBytes.ReadAllAsync(device));
        Assert.Contains("zeros are written as data", device.ZeroingRefused, StringComparison.Ordinal);
    }

    private static async Task ChangeAsync(BlockDevice device, byte[] model, Random random)
    {
        if (random.Next(2) == 0)
        {
            var start = random.Next(model.Length);
            var extent = new Extent(start, random.Next(model.Length - start + 1));
            model.AsSpan(start, (int)extent.LengthBytes).Clear();
            await device.ZeroAsync(extent, Cancelled);
            return;
        }

        var alignment = device.AlignmentBytes;
        var from = random.Next(model.Length) / alignment * alignment;
        var lengthBytes = random.Next(model.Length - from + 1);
        lengthBytes = random.Next(3) == 0 ? model.Length - from : lengthBytes / alignment * alignment;
        random.NextBytes(model.AsSpan(from, lengthBytes));
        using var buffer = new AlignedBytes(Math.Max(lengthBytes, 1));
        model.AsSpan(from, lengthBytes).CopyTo(buffer.Memory.Span);
        await device.WriteAsync(from, buffer.Memory[..lengthBytes], Cancelled);
    }

    private sealed class Fixture(TemporaryFolder folder, LoopDevice? loop, string file) : IDisposable
    {
        public string Path => loop?.Path ?? file;

        public static Fixture Create(bool isLoop, string parent, int lengthBytes)
        {
            Assert.SkipUnless(Directory.Exists(parent), $"needs {parent}");
            if (isLoop)
            {
                LoopDevice.SkipUnlessPossible();
            }

            var folder = new TemporaryFolder(parent);
            var file = folder.CreateFile("volume", lengthBytes);
            return new Fixture(folder, isLoop ? LoopDevice.Over(file) : null, file);
        }

        public void Dispose()
        {
            loop?.Dispose();
            folder.Dispose();
        }
    }
}
