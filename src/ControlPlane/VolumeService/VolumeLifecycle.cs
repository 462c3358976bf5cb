using System.Linq.Expressions;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// Makes and removes the volumes of this host, as their records ask for. A record in another status is left alone: the
/// message was late or came twice.
/// </summary>
internal sealed class VolumeLifecycle(
    IDbContextFactory<EngineDatabase> databases,
    IVolumeDriver driver,
    EngineOptions options,
    TimeProvider time,
    ILogger<VolumeLifecycle> log)
{
    public async Task CreateAsync(Guid volumeId, CancellationToken cancellationToken)
    {
        if (await FindAsync(volumeId, VolumeStatus.Creating, cancellationToken) is not { } volume)
            return;
        try
        {
            await MakeAsync(volume, cancellationToken);
        }
        catch (VolumeDriverException e)
        {
            await FailAsync(volume, e, cancellationToken);
            return;
        }

        await FinishAsync(volume, cancellationToken);
    }

    /// <summary>
    /// A volume that a restore is to fill is reserved for it at once: it is never available before it holds the backup,
    /// however long the restore waits for its turn.
    /// </summary>
    private async Task FinishAsync(VolumeEntity volume, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var empty = SourceOf(volume) is null;
        var restores = database.Backups.Where(b => b.Status == BackupStatus.Restoring && b.DeletedAt == null);
        await database.Volumes.Where(v => v.Id == volume.Id && v.Status == VolumeStatus.Creating)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(
                        v => v.Status,
                        v => restores.Any(b => b.Id == v.RestoredFromBackupId && b.RestoreVolumeId == v.Id)
                            ? VolumeStatus.RestoringBackup
                            : VolumeStatus.Available)
                    .SetProperty(v => v.NeverWritten, v => v.NeverWritten && empty)
                    .SetProperty(v => v.UpdatedAt, now),
                cancellationToken);
        log.LogInformation("Volume {VolumeId} of {SizeGiB} GiB is made", volume.Id, volume.SizeGiB);
    }

    public async Task DeleteAsync(Guid volumeId, CancellationToken cancellationToken)
    {
        if (await FindAsync(volumeId, VolumeStatus.Deleting, cancellationToken) is not { } volume)
            return;
        try
        {
            await driver.DeleteAsync(ReferenceTo(volumeId), cancellationToken);
        }
        catch (VolumeDriverException e)
        {
            await FailAsync(volume, e, cancellationToken);
            return;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await database.Volumes.Where(v => v.Id == volumeId && v.Status == VolumeStatus.Deleting && v.DeletedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(v => v.DeletedAt, now).SetProperty(v => v.UpdatedAt, now), cancellationToken);
        log.LogInformation("Volume {VolumeId} is deleted", volumeId);
    }

    /// <summary>Volumes of this host whose record waits for one of the two.</summary>
    public async Task<IReadOnlyList<Guid>> ListAsync(string status, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Volumes.Where(InStatus(status)).Select(v => v.Id).ToListAsync(cancellationToken);
    }

    private async Task MakeAsync(VolumeEntity volume, CancellationToken cancellationToken)
    {
        var sizeBytes = VolumeSize.InBytes(volume.SizeGiB);
        if (SourceOf(volume) is { } source)
            await driver.CloneAsync(source, ReferenceTo(volume.Id), sizeBytes, cancellationToken);
        else
            await driver.CreateVolumeAsync(volume.Id, sizeBytes, cancellationToken);
    }

    private async Task<VolumeEntity?> FindAsync(Guid volumeId, string status, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var volume = await database.Volumes.AsNoTracking().Where(InStatus(status))
            .SingleOrDefaultAsync(v => v.Id == volumeId, cancellationToken);
        if (volume is null)
            log.LogInformation(
                "Volume {VolumeId} is not {Status} on this host: nothing is to be done", volumeId, status);
        return volume;
    }

    private Expression<Func<VolumeEntity, bool>> InStatus(string status)
    {
        var host = options.Host;
        return v => v.Status == status && v.Host == host && v.DeletedAt == null;
    }

    private async Task FailAsync(VolumeEntity volume, VolumeDriverException error, CancellationToken cancellationToken)
    {
        log.LogError(error, "Volume {VolumeId}, {Status}, failed", volume.Id, volume.Status);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await database.Volumes.Where(v => v.Id == volume.Id && v.Status == volume.Status && v.DeletedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(v => v.Status, VolumeStatus.Error)
                    .SetProperty(v => v.FailReason, error.Message)
                    .SetProperty(v => v.UpdatedAt, now),
                cancellationToken);
    }

    private static DeviceReference? SourceOf(VolumeEntity volume) =>
        volume.SourceSnapshotId is { } snapshot
            ? new DeviceReference { Kind = DeviceKind.Snapshot, Id = snapshot, VolumeId = Guid.Empty }
        : volume.SourceVolumeId is { } source ? ReferenceTo(source)
        : null;

    private static DeviceReference ReferenceTo(Guid volumeId) =>
        new() { Kind = DeviceKind.Volume, Id = volumeId, VolumeId = volumeId };
}
