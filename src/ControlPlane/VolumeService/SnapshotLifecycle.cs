using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>Takes and removes the snapshots of this host's volumes, as their records ask for.</summary>
internal sealed class SnapshotLifecycle(
    IDbContextFactory<EngineDatabase> databases,
    IVolumeDriver driver,
    EngineOptions options,
    TimeProvider time,
    ILogger<SnapshotLifecycle> log)
{
    public Task CreateAsync(Guid snapshotId, CancellationToken cancellationToken) => MoveAsync(
        snapshotId,
        SnapshotStatus.Creating,
        device => driver.CreateSnapshotAsync(device.VolumeId, device, cancellationToken),
        SnapshotStatus.Available,
        deletedAt: null,
        cancellationToken);

    public Task DeleteAsync(Guid snapshotId, CancellationToken cancellationToken) => MoveAsync(
        snapshotId,
        SnapshotStatus.Deleting,
        device => driver.DeleteAsync(device, cancellationToken),
        SnapshotStatus.Deleting,
        deletedAt: time.GetUtcNow().UtcDateTime,
        cancellationToken);

    /// <summary>Snapshots of this host's volumes whose record waits for one of the two.</summary>
    public async Task<IReadOnlyList<Guid>> ListAsync(string status, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Waiting(database, status).Select(s => s.Id).ToListAsync(cancellationToken);
    }

    private async Task MoveAsync(
        Guid snapshotId,
        string status,
        Func<DeviceReference, Task> work,
        string nextStatus,
        DateTime? deletedAt,
        CancellationToken cancellationToken)
    {
        if (await FindAsync(snapshotId, status, cancellationToken) is not { } device)
            return;
        try
        {
            await work(device);
        }
        catch (VolumeDriverException e)
        {
            log.LogError(
                e, "Snapshot {SnapshotId} of volume {VolumeId}, {Status}, failed", snapshotId, device.VolumeId, status);
            await SetAsync(snapshotId, status, SnapshotStatus.Error, deletedAt: null, cancellationToken);
            return;
        }

        await SetAsync(snapshotId, status, nextStatus, deletedAt, cancellationToken);
        log.LogInformation(
            "Snapshot {SnapshotId} of volume {VolumeId}: {Status} is done", snapshotId, device.VolumeId, status);
    }

    private async Task<DeviceReference?> FindAsync(Guid snapshotId, string status, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var snapshot = await Waiting(database, status).SingleOrDefaultAsync(s => s.Id == snapshotId, cancellationToken);
        if (snapshot is not null)
            return new DeviceReference { Kind = DeviceKind.Snapshot, Id = snapshot.Id, VolumeId = snapshot.VolumeId };
        log.LogInformation(
            "Snapshot {SnapshotId} is not {Status} on this host: nothing is to be done", snapshotId, status);
        return null;
    }

    // The volume may have gone before its snapshot's file did; its record stays and still names the host.
    private IQueryable<SnapshotEntity> Waiting(EngineDatabase database, string status)
    {
        var host = options.Host;
        return database.Snapshots.AsNoTracking().Where(s => s.Status == status && s.DeletedAt == null
            && database.Volumes.Any(v => v.Id == s.VolumeId && v.Host == host));
    }

    private async Task SetAsync(
        Guid snapshotId, string status, string nextStatus, DateTime? deletedAt, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await database.Snapshots.Where(s => s.Id == snapshotId && s.Status == status && s.DeletedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(s => s.Status, nextStatus)
                    .SetProperty(s => s.DeletedAt, deletedAt)
                    .SetProperty(s => s.UpdatedAt, now),
                cancellationToken);
    }
}
