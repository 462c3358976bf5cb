using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService;
using BackupEngine.ControlPlane.VolumeService.Drivers;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class DeviceExportsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_writer_of_a_new_volume_is_told_that_it_reads_as_zeros()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var request = test.Expose(DriverUnderTest.Volume(volume.Id), DeviceAccess.ReadWrite);
        var exposed = await test.Exports.ExposeAsync(request, Cancel);
        Assert.True(exposed.ReadsAsZero);
        Assert.Equal(1L << 30, exposed.SizeBytes);
        Assert.False((await test.VolumeAsync(volume.Id)).NeverWritten);
        Assert.Equal(exposed with { ReadsAsZero = false }, await test.Exports.ExposeAsync(request, Cancel));
    }

    [Fact]
    public async Task A_volume_that_was_written_behind_our_back_is_not_taken_for_zeros()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        test.Write(volume.Id, 1 << 20, seed: 1);
        var request = test.Expose(DriverUnderTest.Volume(volume.Id), DeviceAccess.ReadWrite);
        Assert.False((await test.Exports.ExposeAsync(request, Cancel)).ReadsAsZero);
    }

    [Fact]
    public async Task Reading_does_not_count_as_writing()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        await test.Exports.ExposeAsync(test.Expose(DriverUnderTest.Volume(volume.Id)), Cancel);
        Assert.True((await test.VolumeAsync(volume.Id)).NeverWritten);
    }

    [Fact]
    public async Task A_volume_that_is_backed_up_itself_gets_no_writer_and_an_in_use_one_does()
    {
        await using var test = await StartAsync();
        var still = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.Available);
        var busy = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        await RefusedAsync(test, test.Expose(DriverUnderTest.Volume(still.Id), DeviceAccess.ReadWrite));
        Assert.True((await test.VolumeAsync(still.Id)).NeverWritten);
        await test.Exports.ExposeAsync(test.Expose(DriverUnderTest.Volume(busy.Id), DeviceAccess.ReadWrite), Cancel);
    }

    [Fact]
    public async Task A_volume_that_a_backup_reads_gets_no_writer()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var reader = test.Expose(DriverUnderTest.Volume(volume.Id), backupId: Guid.NewGuid());
        await test.Exports.ExposeAsync(reader, Cancel);
        var writer = test.Expose(reader.Device, DeviceAccess.ReadWrite);
        Assert.Contains($"{reader.BackupId}", await RefusedAsync(test, writer), StringComparison.Ordinal);
        await test.Exports.DisconnectAsync(
            new() { AttachmentId = reader.AttachmentId, Device = reader.Device }, Cancel);
        await test.Exports.ExposeAsync(writer, Cancel);
    }

    [Fact]
    public async Task A_backup_on_another_host_is_refused_where_nothing_is_exported_to_others()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var request = test.Expose(DriverUnderTest.Volume(volume.Id), backupId: Guid.NewGuid()) with
        {
            Connector = new Connector { Host = "there" },
        };
        var error = await Assert.ThrowsAsync<VolumeDriverException>(() => test.Exports.ExposeAsync(request, Cancel));
        Assert.Contains("there cannot attach it. Configure NbdAddress", error.Message, StringComparison.Ordinal);
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task Snapshots_are_not_written_to()
    {
        await using var test = await StartAsync();
        var device = new DeviceReference { Kind = DeviceKind.Snapshot, Id = Guid.NewGuid(), VolumeId = Guid.NewGuid() };
        await RefusedAsync(test, test.Expose(device, DeviceAccess.ReadWrite));
    }

    [Fact]
    public async Task Disconnecting_takes_only_the_export_of_that_device()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var other = await test.AddVolumeAsync();
        var request = test.Expose(DriverUnderTest.Volume(volume.Id));
        await test.Exports.ExposeAsync(request, Cancel);
        var wrong = new DisconnectDevice
        {
            AttachmentId = request.AttachmentId,
            Device = DriverUnderTest.Volume(other.Id),
        };
        await Assert.ThrowsAsync<RefusedException>(() => test.Exports.DisconnectAsync(wrong, Cancel));
        Assert.Single(await test.Driver.ListExportsAsync(Cancel));
        for (var again = 0; again < 2; again++)
            await test.Exports.DisconnectAsync(wrong with { Device = request.Device }, Cancel);
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_refused_by_the_driver()
    {
        await using var test = await StartAsync();
        await Assert.ThrowsAsync<VolumeDriverException>(
            () => test.Exports.ExposeAsync(test.Expose(DriverUnderTest.Volume(Guid.NewGuid())), Cancel));
    }

    private static Task<VolumeServiceUnderTest> StartAsync() =>
        VolumeServiceUnderTest.StartAsync(TestDirectory.InTemp());

    private static async Task<string> RefusedAsync(VolumeServiceUnderTest test, ExposeDevice request) =>
        (await Assert.ThrowsAsync<RefusedException>(() => test.Exports.ExposeAsync(request, Cancel))).Message;
}
