using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.Exports;

/// <summary>Loop devices as the kernel shows them.</summary>
public sealed class LoopExportTests(FileSystems systems)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("xfs", false)]
    [InlineData("xfs", true)]
    [InlineData("btrfs", false)]
    [InlineData("btrfs", true)]
    public async Task A_backup_reads_past_the_page_cache_and_cannot_write(string system, bool sharesExtents)
    {
        await using var test = await StartAsync(system);
        var volume = await test.NewVolumeAsync();
        RawFile.Write(test.FileOf(volume), 0, RawFile.Pattern(1, 8192));
        if (sharesExtents)
            await test.Driver.CreateSnapshotAsync(volume.Id, DriverUnderTest.Of(volume, DeviceKind.Snapshot), Cancel);
        var export = DriverUnderTest.Export(volume, backupId: Guid.NewGuid());
        var device = DeviceOf(await test.Driver.ExportAsync(export, Cancel));
        Assert.True(device.IsDirect);
        Assert.Equal("1", Sysfs(device, "ro"));
        Assert.ThrowsAny<Exception>(() => RawFile.Write(device.Path, 0, new byte[4096]));
    }

    [Fact]
    public async Task A_restore_writes_past_the_page_cache()
    {
        await using var test = await StartAsync("xfs");
        var volume = await test.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume, DeviceAccess.ReadWrite, Guid.NewGuid());
        var device = DeviceOf(await test.Driver.ExportAsync(export, Cancel));
        Assert.True(device.IsDirect);
        Assert.Equal("0", Sysfs(device, "ro"));
    }

    [Fact]
    public async Task A_users_sectors_stay_the_same_whatever_the_file_system_wants()
    {
        await using var test = await StartAsync("xfs");
        var volume = await test.NewVolumeAsync();
        RawFile.Write(test.FileOf(volume), 0, RawFile.Pattern(1, 8192));
        for (var snapshots = 0; snapshots < 2; snapshots++)
        {
            var export = DriverUnderTest.Export(volume, DeviceAccess.ReadWrite);
            var device = DeviceOf(await test.Driver.ExportAsync(export, Cancel));
            Assert.Equal("512", Sysfs(device, "queue/logical_block_size"));
            await test.Driver.UnexportAsync(export.AttachmentId, Cancel);
            await test.Driver.CreateSnapshotAsync(volume.Id, DriverUnderTest.Of(volume, DeviceKind.Snapshot), Cancel);
        }
    }

    [Fact]
    public async Task Two_exports_of_one_volume_are_told_apart_after_a_restart()
    {
        await using var test = await StartAsync("xfs");
        var volume = await test.NewVolumeAsync();
        var (one, two) = (DriverUnderTest.Export(volume), DriverUnderTest.Export(volume, DeviceAccess.ReadWrite));
        var deviceOne = await test.Driver.ExportAsync(one, Cancel);
        var deviceTwo = await test.Driver.ExportAsync(two, Cancel);
        Assert.NotEqual(deviceOne, deviceTwo);
        await test.RestartAsync();
        Assert.Equal(deviceTwo, await test.Driver.ExportAsync(two, Cancel));
        Assert.Equal(deviceOne, await test.Driver.ExportAsync(one, Cancel));
        await test.Driver.UnexportAsync(one.AttachmentId, Cancel);
        Assert.Equal([deviceTwo.Connection.Path], DevicesOf(test, volume).Select(device => device.Path));
    }

    [Fact]
    public async Task A_busy_device_is_named_and_goes_when_it_is_closed()
    {
        await using var test = await StartAsync("xfs");
        var volume = await test.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume);
        var exported = await test.Driver.ExportAsync(export, Cancel);
        using (File.OpenHandle(exported.Connection.Path))
        {
            var error = await Assert.ThrowsAsync<VolumeDriverException>(
                () => test.Driver.UnexportAsync(export.AttachmentId, Cancel));
            Assert.Contains(exported.Connection.Path, error.Message, StringComparison.Ordinal);
            Assert.Equal([export], await test.Driver.ListExportsAsync(Cancel));
        }

        await test.Driver.UnexportAsync(export.AttachmentId, Cancel);
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
        Assert.Empty(DevicesOf(test, volume));
    }

    [Fact]
    public async Task An_export_whose_device_is_gone_is_mapped_anew()
    {
        await using var test = await StartAsync("xfs");
        var volume = await test.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume);
        LoopDevices.Release(DeviceOf(await test.Driver.ExportAsync(export, Cancel)));
        await WaitUntilAsync(() => DevicesOf(test, volume).Count == 0);
        var again = DeviceOf(await test.Driver.ExportAsync(export, Cancel));
        Assert.Equal([again], DevicesOf(test, volume));
        LoopDevices.Release(again);
        await test.Driver.UnexportAsync(export.AttachmentId, Cancel);
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task Many_exports_at_once_each_get_their_own_device()
    {
        await using var one = await StartAsync("xfs");
        await using var two = await StartAsync("btrfs");
        var exported = await Task.WhenAll(new[] { one, two }.SelectMany(test => Enumerable.Range(0, 6).Select(async _ =>
            await test.Driver.ExportAsync(DriverUnderTest.Export(await test.NewVolumeAsync()), Cancel))));
        Assert.Equal(12, exported.Select(device => device.Connection.Path).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_file_export_made_without_privilege_is_kept_by_a_privileged_process()
    {
        var folder = systems.Xfs.NewDirectory();
        var plain = await DriverUnderTest.StartAsync(folder, ExportMode.PlainFile);
        var volume = await plain.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume);
        var exported = await plain.Driver.ExportAsync(export, Cancel);
        Assert.Equal(plain.FileOf(volume), exported.Connection.Path);
        plain.Driver.Dispose();
        await using var privileged = await DriverUnderTest.StartAsync(folder, ExportMode.LoopDevice);
        Assert.Equal(exported, await privileged.Driver.ExportAsync(export, Cancel));
    }

    [Fact]
    public void The_device_number_is_that_of_the_node()
    {
        Assert.SkipUnless(File.Exists("/dev/loop0"), "needs /dev/loop0");
        var (_, output) = Command.Try("stat", "-c", "%r", "/dev/loop0");
        Assert.Equal(output.Trim(), new LoopDevice(0).DeviceNumber().ToString());
    }

    private Task<DriverUnderTest> StartAsync(string system) =>
        DriverUnderTest.StartAsync(systems.Of(system).NewDirectory(), ExportMode.LoopDevice);

    private static LoopDevice DeviceOf(ExportedDevice exported) =>
        new(int.Parse(exported.Connection.Path["/dev/loop".Length..]));

    private static IReadOnlyList<LoopDevice> DevicesOf(DriverUnderTest test, DeviceReference device) =>
        LoopDevices.BoundTo(Path.GetFileName(test.FileOf(device)));

    private static string Sysfs(LoopDevice device, string attribute) =>
        File.ReadAllText($"/sys/block/loop{device.Number}/{attribute}").Trim();

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "waited in vain");
            await Task.Delay(10, Cancel);
        }
    }
}
