using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Tests.Devices;

public sealed class BlockDeviceErrorTests : IDisposable
{
    private const int Eio = 5;
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_became_shorter_is_an_error_that_names_device_and_offset()
    {
        var file = _folder.CreateFile("volume", 64 * 1024);
        using var device = BlockDevice.Open(file, DeviceAccess.Read, direct: true);
        using (var handle = File.OpenWrite(file))
        {
            handle.SetLength(32 * 1024);
        }

        var error = await Assert.ThrowsAsync<DeviceException>(() => AlignedBytes.ReadAllAsync(device));
        Assert.Equal((DeviceErrorKind.Io, 32 * 1024, 0), (error.Kind, error.OffsetBytes, error.Errno));
        Assert.Contains($"{file}: reading 32768 bytes at offset 32768 failed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_cut_inside_of_a_block_is_an_error_too()
    {
        var file = _folder.CreateFile("volume", 64 * 1024);
        using var device = BlockDevice.Open(file, DeviceAccess.Read, direct: true);
        using (var handle = File.OpenWrite(file))
        {
            handle.SetLength((32 * 1024) + 100);
        }

        var error = await Assert.ThrowsAsync<DeviceException>(() => AlignedBytes.ReadAllAsync(device));
        Assert.Equal(DeviceErrorKind.Io, error.Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_block_device_that_cannot_be_read_reports_the_kernels_error(bool direct)
    {
        LoopDevice.SkipUnlessPossible();
        var file = _folder.CreateFile("volume", 1 << 20);
        using var loop = LoopDevice.Over(file);
        using var device = BlockDevice.Open(loop.Path, DeviceAccess.Read, direct);
        using (var handle = File.OpenWrite(file))
        {
            handle.SetLength(512 * 1024);
        }

        var error = await Assert.ThrowsAsync<DeviceException>(() => AlignedBytes.ReadAllAsync(device));
        Assert.Equal((DeviceErrorKind.Io, Eio), (error.Kind, error.Errno));
        Assert.Contains(loop.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_was_lost_fails_the_flush_and_every_flush_after_it()
    {
        LoopDevice.SkipUnlessPossible();
        using var small = new MountPoint(_folder.File("small"), "-t", "tmpfs", "-o", "size=1m", "none");
        using (var file = File.Create(small.Path + "/volume"))
        {
            file.SetLength(8 << 20);
        }

        using var loop = LoopDevice.Over(small.Path + "/volume");
        using var device = BlockDevice.Open(loop.Path, DeviceAccess.ReadWrite, direct: false);
        await AlignedBytes.WriteAllAsync(device, Enumerable.Repeat((byte)9, 8 << 20).ToArray());
        var first = await Assert.ThrowsAsync<DeviceException>(async () => await device.FlushAsync(Cancelled));
        Assert.Equal(DeviceErrorKind.Io, first.Kind);
        Assert.Contains("flushing", first.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeviceException>(async () => await device.FlushAsync(Cancelled));
    }

    [Fact]
    public async Task A_transfer_against_the_alignment_is_refused_before_the_kernel_sees_it()
    {
        using var device = BlockDevice.Open(_folder.CreateFile("volume", 10_000), DeviceAccess.ReadWrite, direct: true);
        Assert.SkipUnless(device.DirectIo, "needs direct I/O on temporary files: " + device.DirectIoRefused);
        using var buffer = new AlignedBytes(8192);
        var memory = buffer.Memory;
        await RefusedAsync(() => device.ReadAsync(1, memory[..4096], Cancelled));
        await RefusedAsync(() => device.ReadAsync(0, memory[..100], Cancelled));
        await RefusedAsync(() => device.ReadAsync(0, memory.Slice(1, 4096), Cancelled));
        await RefusedAsync(() => device.WriteAsync(0, memory[..100], Cancelled));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(10_000, 1)]
    [InlineData(9_999, 2)]
    [InlineData(long.MaxValue, 1)]
    public async Task A_transfer_outside_of_the_device_is_refused(long offsetBytes, int lengthBytes)
    {
        var file = _folder.CreateFile("volume", 10_000);
        using var device = BlockDevice.Open(file, DeviceAccess.ReadWrite, direct: false);
        var buffer = new byte[lengthBytes];
        await RefusedAsync(() => device.ReadAsync(offsetBytes, buffer, Cancelled));
        await RefusedAsync(() => device.WriteAsync(offsetBytes, buffer, Cancelled));
        await RefusedAsync(() => device.ZeroAsync(new Extent(offsetBytes, lengthBytes), Cancelled));
        Assert.Equal(10_000, new FileInfo(file).Length);
    }

    [Fact]
    public async Task A_device_opened_for_reading_cannot_be_written()
    {
        using var device = BlockDevice.Open(_folder.CreateFile("volume", 4096), DeviceAccess.Read, direct: false);
        var error = await Assert.ThrowsAsync<DeviceException>(() => AlignedBytes.WriteAllAsync(device, new byte[4096]));
        Assert.Equal(DeviceErrorKind.Io, error.Kind);
    }

    [Fact]
    public async Task The_faulty_device_fails_the_transfers_that_it_was_told_to()
    {
        var device = new FaultyDevice(new MemoryDevice(100)) { FailRead = 2, FailWrite = 1 };
        var buffer = new byte[10];
        await device.ReadAsync(0, buffer, Cancelled);
        await Assert.ThrowsAsync<DeviceException>(async () => await device.ReadAsync(50, buffer, Cancelled));
        await device.ReadAsync(50, buffer, Cancelled);
        await Assert.ThrowsAsync<DeviceException>(async () => await device.WriteAsync(0, buffer, Cancelled));
        Assert.Equal((3, 1), (device.Reads, device.Writes));
    }

    private static Task<ArgumentException> RefusedAsync(Func<ValueTask> action) =>
        Assert.ThrowsAnyAsync<ArgumentException>(async () => await action());
}
