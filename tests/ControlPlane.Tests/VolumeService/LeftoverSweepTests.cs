using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class LeftoverSweepTests(FileSystems systems)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BackupStatus.Creating, true, true)]
    [InlineData(BackupStatus.Restoring, true, true)]
    [InlineData(BackupStatus.Error, false, false)]
    [InlineData(BackupStatus.Available, false, true)]
    [InlineData(BackupStatus.Deleting, false, true)]
    public async Task What_a_backup_needs_stays_and_what_it_left_goes(
        string status, bool staysExported, bool keepsBasePoint)
    {
        await using var test = await StartAsync();
        var (backup, export) = await BackUpAsync(test);
        await test.SetStatusAsync(backup.Id, status);
        await test.Sweep.RunAsync(Cancel);
        await test.Sweep.RunAsync(Cancel);
        var exports = await test.Driver.ListExportsAsync(Cancel);
        Assert.Equal(staysExported ? [export.AttachmentId] : [], exports.Select(e => e.AttachmentId));
        Assert.Equal(staysExported ? 1 : 0, (await test.Driver.ListTemporaryObjectsAsync(Cancel)).Count);
        Assert.Equal(keepsBasePoint ? 1 : 0, (await test.Driver.ListBasePointsAsync(Cancel)).Count);
        Assert.True(File.Exists(test.FileOf(backup.VolumeId)));
    }

    [Fact]
    public async Task A_users_connection_stays()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        await test.AddBackupAsync(volume.Id, BackupStatus.Error);
        await test.Exports.ExposeAsync(
            test.Expose(DriverUnderTest.Volume(volume.Id), DeviceAccess.ReadWrite) with
            {
                AttachmentId = UserAttachment.IdOf(volume.Id),
            },
            Cancel);
        await test.Sweep.RunAsync(Cancel);
        Assert.Single(await test.Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task The_export_of_an_attachment_stays_as_long_as_its_volume_has_it()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var export = test.Expose(DriverUnderTest.Volume(volume.Id), DeviceAccess.ReadWrite);
        await test.SetAttachmentAsync(volume.Id, export.AttachmentId);
        await test.Exports.ExposeAsync(export, Cancel);
        await test.Sweep.RunAsync(Cancel);
        Assert.Single(await test.Driver.ListExportsAsync(Cancel));
        await test.SetAttachmentAsync(volume.Id, null);
        await test.Sweep.RunAsync(Cancel);
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task What_no_record_knows_stays()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var device = DriverUnderTest.Volume(volume.Id);
        await test.Driver.ExportAsync(DriverUnderTest.Export(device, backupId: Guid.NewGuid()), Cancel);
        await test.Driver.CreateSnapshotAsync(
            volume.Id, DriverUnderTest.Of(device, DeviceKind.TemporarySnapshot), Cancel);
        await test.Driver.CreateBasePointAsync(device, Guid.NewGuid(), Cancel);
        await test.Sweep.RunAsync(Cancel);
        Assert.Single(await test.Driver.ListExportsAsync(Cancel));
        Assert.Single(await test.Driver.ListTemporaryObjectsAsync(Cancel));
        Assert.Single(await test.Driver.ListBasePointsAsync(Cancel));
    }

    [Fact]
    public async Task A_busy_device_does_not_stop_the_sweep()
    {
        await using var test = await StartAsync();
        var (backup, export) = await BackUpAsync(test);
        await test.SetStatusAsync(backup.Id, BackupStatus.Error);
        using (File.OpenHandle(export.Connection.Path))
            await test.Sweep.RunAsync(Cancel);
        Assert.Empty(await test.Driver.ListBasePointsAsync(Cancel));
        await test.Sweep.RunAsync(Cancel);
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
        Assert.Empty(await test.Driver.ListTemporaryObjectsAsync(Cancel));
    }

    private Task<VolumeServiceUnderTest> StartAsync() => VolumeServiceUnderTest.StartAsync(systems.Xfs.NewDirectory());

    private static async Task<(BackupEntity Backup, DeviceExposed Export)> BackUpAsync(VolumeServiceUnderTest test)
    {
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        var device = Assert.IsType<BackupDevice>(await test.Devices.GetAsync(backup.Id, Cancel)).Device;
        return (backup, await test.Exports.ExposeAsync(test.Expose(device, backupId: backup.Id), Cancel));
    }
}
