using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class VolumeServiceWorkerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_start_what_waits_is_done_and_what_is_left_over_is_removed()
    {
        await using var test = await VolumeServiceUnderTest.StartAsync(TestDirectory.InTemp());
        var waiting = await test.AddVolumeAsync(VolumeStatus.Creating);
        var volume = await test.AddVolumeAsync();
        var backup = await test.AddBackupAsync(volume.Id, BackupStatus.Error);
        await test.Exports.ExposeAsync(test.Expose(DriverUnderTest.Volume(volume.Id), backupId: backup.Id), Cancel);
        var worker = Worker(test);
        await worker.StartingAsync(Cancel);
        await worker.StartAsync(Cancel);
        var started = TimeProvider.System.GetTimestamp();
        while ((await test.VolumeAsync(waiting.Id)).Status != VolumeStatus.Available
            || (await test.Driver.ListExportsAsync(Cancel)).Count > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "waited in vain");
            await Task.Delay(10, Cancel);
        }

        await worker.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_process_whose_directory_has_another_owner_does_not_start()
    {
        await using var test = await VolumeServiceUnderTest.StartAsync(TestDirectory.InTemp());
        using var second = new FileVolumeDriver(
            test.Get<FileVolumeDriverOptions>(), NullLogger<FileVolumeDriver>.Instance);
        await Assert.ThrowsAsync<VolumeDriverException>(() => second.StartAsync(Cancel));
    }

    [Fact]
    public async Task A_driver_that_was_not_started_does_nothing()
    {
        using var directory = TestDirectory.InTemp();
        using var driver = new FileVolumeDriver(
            new FileVolumeDriverOptions { Directory = directory.File("volumes") },
            NullLogger<FileVolumeDriver>.Instance);
        var device = DriverUnderTest.Volume(Guid.NewGuid());
        await Assert.ThrowsAsync<VolumeDriverException>(() => driver.CreateVolumeAsync(device.Id, 1 << 30, Cancel));
        await Assert.ThrowsAsync<VolumeDriverException>(
            () => driver.ExportAsync(DriverUnderTest.Export(device, DeviceAccess.Read), Cancel));
        Assert.False(Directory.Exists(directory.File("volumes")));
    }

    private static VolumeServiceWorker Worker(VolumeServiceUnderTest test) =>
        test.Get<IEnumerable<IHostedService>>().OfType<VolumeServiceWorker>().Single();
}
