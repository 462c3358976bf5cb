using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Notifications;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>
/// Changes the status of a backup whatever is under way. A backup service that works on it notices when it renews its
/// lease, stops, and undoes what it did. Where none does, what the backup held is given back here.
/// </summary>
internal sealed class BackupOverruling(
    EngineDatabase database, NotificationOutbox notifications, TimeProvider clock)
{
    /// <summary>
    /// Gives a backup a status, in a transaction of the caller's. Answers whether the backup exists still. The lease
    /// stays: until the work under way has been undone nobody else begins with the backup.
    /// </summary>
    public async Task<bool> SetStatusAsync(BackupEntity backup, string status, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Backups
            .Where(row => row.Id == backup.Id && row.DeletedAt == null && row.Status == backup.Status)
            .Where(row => status != BackupStatus.Deleting || !row.Protected)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, status)
                    .SetProperty(row => row.CommandSentAt, (DateTime?)null)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            return false;
        if (status == BackupStatus.Deleting)
            await BackupVerifications.CancelAsync(database, backup.Id, cancellationToken);
        if (backup.Status == BackupStatus.Creating)
            await GiveBackSourceAsync(backup, cancellationToken);
        else if (backup.Status == BackupStatus.Restoring)
            await GiveBackTargetAsync(backup, now, cancellationToken);
        return true;
    }

    /// <summary>
    /// The same at the word of an administrator, who is not concerned with what is to be done next: others are told.
    /// </summary>
    public async Task<bool> ResetStatusAsync(
        BackupEntity backup, string status, string requestId, CancellationToken cancellationToken)
    {
        if (!await SetStatusAsync(backup, status, cancellationToken))
            return false;
        var now = clock.GetUtcNow().UtcDateTime;
        notifications.Add(database, backup, NotificationEvent.ResetStarted, requestId, now);
        await notifications.AddAsync(
            database, backup.Id, NotificationEvent.ResetEnded, requestId, now, percent: null, cancellationToken);
        return true;
    }

    private IQueryable<BackupEntity> Unclaimed(Guid id) => database.Backups.Where(
        row => row.Id == id && (row.LeaseExpiresAt == null || row.LeaseExpiresAt < DateTime.UtcNow));

    private async Task GiveBackSourceAsync(BackupEntity backup, CancellationToken cancellationToken)
    {
        var unclaimed = Unclaimed(backup.Id);
        if (backup.SnapshotId is { } snapshotId)
            await database.Snapshots
                .Where(row => row.Id == snapshotId && row.Status == SnapshotStatus.BackingUp && unclaimed.Any())
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.Status, SnapshotStatus.Available), cancellationToken);
        else
            await database.Volumes
                .Where(row => row.Id == backup.VolumeId && row.Status == VolumeStatus.BackingUp && unclaimed.Any())
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.Status, row => row.PreviousStatus ?? VolumeStatus.Available)
                        .SetProperty(row => row.PreviousStatus, (string?)null),
                    cancellationToken);
    }

    /// <summary>A target that nobody has begun to write is as it was; any other may hold anything.</summary>
    private async Task GiveBackTargetAsync(BackupEntity backup, DateTime now, CancellationToken cancellationToken)
    {
        var unclaimed = Unclaimed(backup.Id);
        var begun = unclaimed.Where(row => row.LeaseExpiresAt != null);
        await database.Volumes
            .Where(row => row.Id == backup.RestoreVolumeId && row.DeletedAt == null && unclaimed.Any())
            .Where(row => row.Status == VolumeStatus.RestoringBackup || row.Status == VolumeStatus.Creating)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(
                        row => row.Status,
                        row => row.Status == VolumeStatus.RestoringBackup && !begun.Any()
                            ? row.PreviousStatus ?? VolumeStatus.Available
                            : VolumeStatus.ErrorRestoring)
                    .SetProperty(row => row.PreviousStatus, (string?)null)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
    }
}
