using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files;
using Microsoft.Extensions.DependencyInjection;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class BackupDevicesTests(FileSystems systems)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_available_volume_is_read_itself()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.Available);
        var backup = await test.AddBackupAsync(volume.Id);
        var answer = await GetAsync(test, backup);
        Assert.Equal(DriverUnderTest.Volume(volume.Id), answer.Device);
        Assert.NotEmpty(answer.BaseToken);
        Assert.Equal([new BasePoint(volume.Id, backup.Id)], await test.Driver.ListBasePointsAsync(Cancel));
        Assert.Null((await test.BackupAsync(backup.Id)).TemporaryDevice);
        Assert.Equal(answer, await GetAsync(test, backup));
    }

    [Theory]
    [InlineData("snapshot", DeviceKind.TemporarySnapshot)]
    [InlineData("clone", DeviceKind.TemporaryVolume)]
    public async Task An_in_use_volume_is_read_through_one_temporary_object_of_the_first_moment(
        string tempSource, DeviceKind kind)
    {
        await using var test = await StartAsync(tempSource);
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        test.Write(volume.Id, 0, seed: 1);
        var answer = await GetAsync(test, backup);
        test.Write(volume.Id, 0, seed: 2);
        Assert.Equal(kind, answer.Device.Kind);
        Assert.Equal(volume.Id, answer.Device.VolumeId);
        Assert.Equal(answer, await GetAsync(test, backup));
        Assert.Equal(RawFile.Pattern(1, 4096), test.Read(answer.Device, 0));
        Assert.Equal([answer.Device.Id], await test.Driver.ListTemporaryObjectsAsync(Cancel));
        Assert.Equal($"{kind}:{answer.Device.Id}", (await test.BackupAsync(backup.Id)).TemporaryDevice);
    }

    [Fact]
    public async Task A_volume_that_somebody_may_write_to_is_not_read_itself_whatever_its_status()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        await test.Exports.ExposeAsync(test.Expose(DriverUnderTest.Volume(volume.Id), DeviceAccess.ReadWrite), Cancel);
        var answer = await GetAsync(test, await test.AddBackupAsync(volume.Id));
        Assert.Equal(DeviceKind.TemporarySnapshot, answer.Device.Kind);
    }

    [Fact]
    public async Task A_snapshot_is_read_itself()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var snapshot = await test.AddSnapshotAsync(volume.Id, SnapshotStatus.BackingUp);
        var device = new DeviceReference { Kind = DeviceKind.Snapshot, Id = snapshot.Id, VolumeId = volume.Id };
        await test.Driver.CreateSnapshotAsync(volume.Id, device, Cancel);
        var answer = await GetAsync(test, await test.AddBackupAsync(volume.Id, snapshotId: snapshot.Id));
        Assert.Equal(device, answer.Device);
        Assert.NotEmpty(answer.BaseToken);
    }

    [Fact]
    public async Task A_temporary_object_made_anew_gets_a_new_base_point()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        test.Write(volume.Id, 0, seed: 1);
        var first = await GetAsync(test, backup);
        await test.Devices.RemoveTemporaryAsync(backup.Id, first.Device, Cancel);
        test.Write(volume.Id, 0, seed: 2);
        var second = await GetAsync(test, backup);
        Assert.Equal(first.Device, second.Device);
        Assert.NotEqual(first.BaseToken, second.BaseToken);
        var basePoint = new DriverLayout(Path.GetDirectoryName(Path.GetDirectoryName(test.FileOf(volume.Id)))!)
            .OfBasePoint(volume.Id, backup.Id);
        Assert.Equal(RawFile.Pattern(2, 4096), (await File.ReadAllBytesAsync(basePoint, Cancel))[..4096]);
    }

    [Fact]
    public async Task What_cannot_be_backed_up_is_refused_with_the_reason()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var ended = await test.AddBackupAsync(volume.Id, BackupStatus.Error);
        var orphan = await test.AddBackupAsync(Guid.NewGuid());
        var elsewhere = await test.AddVolumeAsync(adjust: v => v.Host = "there");
        var foreign = await test.AddBackupAsync(elsewhere.Id);
        var noSnapshot = await test.AddBackupAsync(volume.Id, snapshotId: Guid.NewGuid());
        Assert.Contains("error", await RefusedAsync(test, ended.Id), StringComparison.Ordinal);
        Assert.Contains("not there", await RefusedAsync(test, Guid.NewGuid()), StringComparison.Ordinal);
        Assert.Contains("does not exist", await RefusedAsync(test, orphan.Id), StringComparison.Ordinal);
        Assert.Contains("there", await RefusedAsync(test, foreign.Id), StringComparison.Ordinal);
        Assert.Contains("Snapshot", await RefusedAsync(test, noSnapshot.Id), StringComparison.Ordinal);
        Assert.Empty(await test.Driver.ListTemporaryObjectsAsync(Cancel));
        Assert.Empty(await test.Driver.ListBasePointsAsync(Cancel));
    }

    [Fact]
    public async Task Removing_takes_only_the_temporary_object_of_that_backup()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        var device = (await GetAsync(test, backup)).Device;
        foreach (var (id, wrong) in ((Guid, DeviceReference)[])
            [(Guid.NewGuid(), device),
            (backup.Id, DriverUnderTest.Volume(volume.Id)),
            (backup.Id, device with { Id = volume.Id })])
            await Assert.ThrowsAsync<RefusedException>(() => test.Devices.RemoveTemporaryAsync(id, wrong, Cancel));
        Assert.True(File.Exists(test.FileOf(device)));
        await test.Devices.RemoveTemporaryAsync(backup.Id, device, Cancel);
        await test.Devices.RemoveTemporaryAsync(backup.Id, device, Cancel);
        Assert.False(File.Exists(test.FileOf(device)));
        Assert.Null((await test.BackupAsync(backup.Id)).TemporaryDevice);
        Assert.True(File.Exists(test.FileOf(volume.Id)));
    }

    [Fact]
    public async Task A_long_copy_is_pending_until_it_is_done()
    {
        await using var test = await StartGatedAsync();
        var gate = test.Get<GatedDriver>();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        Assert.IsType<BackupDevicePending>(await test.Devices.GetAsync(backup.Id, Cancel));
        Assert.IsType<BackupDevicePending>(await test.Devices.GetAsync(backup.Id, Cancel));
        gate.Open();
        test.Devices.CopyPatience = TimeSpan.FromSeconds(30);
        Assert.IsType<BackupDevice>(await test.Devices.GetAsync(backup.Id, Cancel));
        Assert.Equal(1, gate.Begun);
    }

    [Fact]
    public async Task A_copy_that_failed_is_said_once_and_can_be_tried_again()
    {
        await using var test = await StartGatedAsync();
        var gate = test.Get<GatedDriver>();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        Assert.IsType<BackupDevicePending>(await test.Devices.GetAsync(backup.Id, Cancel));
        gate.Fail("no space");
        test.Devices.CopyPatience = TimeSpan.FromSeconds(30);
        var error = await Assert.ThrowsAsync<VolumeDriverException>(() => test.Devices.GetAsync(backup.Id, Cancel));
        Assert.Equal("no space", error.Message);
        gate.Close();
        gate.Open();
        Assert.IsType<BackupDevice>(await test.Devices.GetAsync(backup.Id, Cancel));
    }

    [Fact]
    public async Task Removing_stops_a_copy_that_is_under_way()
    {
        await using var test = await StartGatedAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        Assert.IsType<BackupDevicePending>(await test.Devices.GetAsync(backup.Id, Cancel));
        var device = TemporaryObject.Of(DeviceKind.TemporarySnapshot, backup.Id, volume.Id);
        await test.Devices.RemoveTemporaryAsync(backup.Id, device, Cancel);
        test.Get<GatedDriver>().Open();
        Assert.Empty(await test.Driver.ListTemporaryObjectsAsync(Cancel));
    }

    private Task<VolumeServiceUnderTest> StartAsync(string tempSource = "snapshot") =>
        VolumeServiceUnderTest.StartAsync(systems.Xfs.NewDirectory(), tempSource);

    private async Task<VolumeServiceUnderTest> StartGatedAsync()
    {
        var test = await VolumeServiceUnderTest.StartAsync(systems.Xfs.NewDirectory(), adjust: services =>
        {
            services.AddSingleton<FileVolumeDriver>();
            services.AddSingleton<GatedDriver>();
            services.AddSingleton<IVolumeDriver>(provider => provider.GetRequiredService<GatedDriver>());
        });
        test.Devices.CopyPatience = TimeSpan.FromMilliseconds(1);
        return test;
    }

    private static async Task<BackupDevice> GetAsync(VolumeServiceUnderTest test, BackupEntity backup) =>
        Assert.IsType<BackupDevice>(await test.Devices.GetAsync(backup.Id, Cancel));

    private static async Task<string> RefusedAsync(VolumeServiceUnderTest test, Guid backupId) =>
        (await Assert.ThrowsAsync<RefusedException>(() => test.Devices.GetAsync(backupId, Cancel))).Message;
}
