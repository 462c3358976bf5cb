using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.BackupService;

/// <summary>Hosts that died right after an operator had overruled the backup that they worked on.</summary>
public sealed class StrandedStatusesTests : IDisposable
{
    private static readonly DateTime Past = DateTime.UtcNow.AddMinutes(-1);
    private static readonly DateTime Future = DateTime.UtcNow.AddHours(1);

    private readonly WorkflowBench _bench = new();

    [Theory]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.Deleting)]
    public async Task A_volume_has_its_former_status_again_once_the_lease_has_run_out(string status)
    {
        var volume = await _bench.AddVolumeAsync();
        await _bench.AddBackupAsync(volume, b => (b.Status, b.LeaseExpiresAt) = (status, Past));

        await GiveBackAsync();

        var record = await _bench.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.InUse, null), (record.Status, record.PreviousStatus));
    }

    [Fact]
    public async Task While_the_lease_holds_the_owner_undoes_its_work_itself()
    {
        var volume = await _bench.AddVolumeAsync();
        await _bench.AddBackupAsync(volume, b => (b.Status, b.LeaseExpiresAt) = (BackupStatus.Error, Future));

        await GiveBackAsync();

        Assert.Equal(VolumeStatus.BackingUp, (await _bench.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task A_backup_that_waits_for_a_take_over_keeps_its_volume()
    {
        var volume = await _bench.AddVolumeAsync();
        await _bench.AddBackupAsync(volume, b => b.LeaseExpiresAt = Past);

        await GiveBackAsync();

        Assert.Equal(VolumeStatus.BackingUp, (await _bench.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task The_target_of_a_restore_that_nobody_ends_may_hold_anything()
    {
        var source = await _bench.AddVolumeAsync(VolumeStatus.Available, previous: null);
        var stranded = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, VolumeStatus.Available);
        var restoring = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, VolumeStatus.Available);
        await _bench.AddBackupAsync(
            source, b => (b.Status, b.RestoreVolumeId, b.LeaseExpiresAt) = (BackupStatus.Error, stranded.Id, Past));
        await _bench.AddBackupAsync(
            source, b => (b.Status, b.RestoreVolumeId) = (BackupStatus.Restoring, restoring.Id));

        await GiveBackAsync();

        Assert.Equal(VolumeStatus.ErrorRestoring, (await _bench.VolumeAsync(stranded.Id)).Status);
        Assert.Equal(VolumeStatus.RestoringBackup, (await _bench.VolumeAsync(restoring.Id)).Status);
        Assert.Equal(VolumeStatus.Available, (await _bench.VolumeAsync(source.Id)).Status);
    }

    [Fact]
    public async Task A_snapshot_is_available_again()
    {
        var volume = await _bench.AddVolumeAsync(VolumeStatus.Available, previous: null);
        var snapshot = await _bench.AddAsync(new SnapshotEntity
        {
            Id = Guid.NewGuid(),
            VolumeId = volume.Id,
            Status = SnapshotStatus.BackingUp,
            CreatedAt = DateTime.UtcNow,
        });
        await _bench.AddBackupAsync(
            volume, b => (b.Status, b.SnapshotId, b.LeaseExpiresAt) = (BackupStatus.Error, snapshot.Id, Past));

        await GiveBackAsync();

        await using var database = _bench.CreateDbContext();
        var record = await database.Snapshots.SingleAsync(
            s => s.Id == snapshot.Id, TestContext.Current.CancellationToken);
        Assert.Equal(SnapshotStatus.Available, record.Status);
    }

    public void Dispose() => _bench.Dispose();

    private Task GiveBackAsync() => new StrandedStatuses(_bench, NullLogger<StrandedStatuses>.Instance)
        .GiveBackAsync(TestContext.Current.CancellationToken);
}
