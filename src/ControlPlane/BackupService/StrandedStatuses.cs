using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Gives volumes and snapshots their status back that no backup has any more: an operator had overruled the backup, and
/// its owner died before it had undone its work. As long as any lease on a backup of theirs holds, it is the owner's.
/// </summary>
public sealed class StrandedStatuses(IDbContextFactory<EngineDatabase> databases, ILogger<StrandedStatuses> log)
{
    /// <summary>Looks once, and gives back what is found.</summary>
    public async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var volume in await Sources(database).Select(v => v.Id).ToListAsync(cancellationToken))
            await GiveBackVolumeAsync(database, volume, cancellationToken);
        foreach (var volume in await Targets(database).Select(v => v.Id).ToListAsync(cancellationToken))
            await GiveBackTargetAsync(database, volume, cancellationToken);
        foreach (var snapshot in await Snapshots(database).Select(s => s.Id).ToListAsync(cancellationToken))
            await GiveBackSnapshotAsync(database, snapshot, cancellationToken);
    }

    private async Task GiveBackVolumeAsync(EngineDatabase database, Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.LockVolumeAsync(id, cancellationToken);
        var given = await Sources(database).Where(volume => volume.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(volume => volume.Status, volume => volume.PreviousStatus ?? VolumeStatus.Available)
                .SetProperty(volume => volume.PreviousStatus, (string?)null)
                .SetProperty(volume => volume.UpdatedAt, volume => DateTime.UtcNow),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Warn(given, "Volume", id);
    }

    /// <summary>What a restore has left in a volume that it did not end is not known.</summary>
    private async Task GiveBackTargetAsync(EngineDatabase database, Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.LockVolumeAsync(id, cancellationToken);
        var given = await Targets(database).Where(volume => volume.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(volume => volume.Status, VolumeStatus.ErrorRestoring)
                .SetProperty(volume => volume.PreviousStatus, (string?)null)
                .SetProperty(volume => volume.UpdatedAt, volume => DateTime.UtcNow),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Warn(given, "Volume", id);
    }

    private async Task GiveBackSnapshotAsync(EngineDatabase database, Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var snapshot = database.Snapshots.Where(s => s.Id == id);
        await snapshot.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.UpdatedAt, s => s.UpdatedAt), cancellationToken);
        var given = await Snapshots(database).Where(s => s.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Status, SnapshotStatus.Available)
                .SetProperty(s => s.UpdatedAt, s => DateTime.UtcNow),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Warn(given, "Snapshot", id);
    }

    private void Warn(int given, string what, Guid id)
    {
        if (given > 0)
            log.LogWarning(
                "{What} {Id} had the status of a backup that is not under way; it has its own again", what, id);
    }

    private static IQueryable<VolumeEntity> Sources(EngineDatabase database) => database.Volumes.Where(volume =>
        volume.DeletedAt == null && volume.Status == VolumeStatus.BackingUp
        && !database.Backups.Any(backup => backup.VolumeId == volume.Id && backup.DeletedAt == null
            && (backup.Status == BackupStatus.Creating || backup.LeaseExpiresAt >= DateTime.UtcNow)));

    private static IQueryable<VolumeEntity> Targets(EngineDatabase database) => database.Volumes.Where(volume =>
        volume.DeletedAt == null && volume.Status == VolumeStatus.RestoringBackup
        && !database.Backups.Any(backup => backup.RestoreVolumeId == volume.Id && backup.DeletedAt == null
            && (backup.Status == BackupStatus.Restoring || backup.LeaseExpiresAt >= DateTime.UtcNow)));

    private static IQueryable<SnapshotEntity> Snapshots(EngineDatabase database) => database.Snapshots.Where(snapshot =>
        snapshot.DeletedAt == null && snapshot.Status == SnapshotStatus.BackingUp
        && !database.Backups.Any(backup => backup.SnapshotId == snapshot.Id && backup.DeletedAt == null
            && (backup.Status == BackupStatus.Creating || backup.LeaseExpiresAt >= DateTime.UtcNow)));
}
