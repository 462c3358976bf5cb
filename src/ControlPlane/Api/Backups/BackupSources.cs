using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>What a backup is made of: a volume, or a snapshot of one. Its status says that it is being read.</summary>
internal sealed class BackupSources(EngineDatabase database, TimeProvider clock)
{
    /// <summary>The snapshot that is asked for, if it is one of the volume and may be read.</summary>
    /// <exception cref="ApiFaultException">404, or 400 where it is of another volume or not available.</exception>
    public async Task<SnapshotEntity> FindSnapshotAsync(
        Caller caller, NewBackup asked, CancellationToken cancellationToken)
    {
        var snapshot = await database.FindSnapshotAsync(caller, $"{asked.SnapshotId}", cancellationToken);
        if (snapshot.VolumeId != asked.VolumeId)
            throw Fault.InvalidVolume(
                $"Volume {asked.VolumeId} does not match with snapshot.volume_id {snapshot.VolumeId}.");
        return snapshot.Status == SnapshotStatus.Available ? snapshot : throw SnapshotRefusal(snapshot.Status);
    }

    /// <summary>Refuses a volume in a status from which it cannot be backed up.</summary>
    /// <exception cref="ApiFaultException">400.</exception>
    public static void RequireVolumeStatus(string status, bool force)
    {
        if (status is not (VolumeStatus.Available or VolumeStatus.InUse))
            throw Fault.InvalidVolume(
                $"Volume to be backed up must be available or in-use, but the current status is \"{status}\".");
        if (status == VolumeStatus.InUse && !force)
            throw Fault.InvalidVolume("Backing up an in-use volume must use the force flag.");
    }

    /// <summary>
    /// Changes the status of what is read, on the condition that it still is one to begin from. Whatever was looked at
    /// before is not relied on.
    /// </summary>
    /// <exception cref="ApiFaultException">400: another request was faster.</exception>
    public Task BeginAsync(
        VolumeEntity volume, SnapshotEntity? snapshot, bool force, CancellationToken cancellationToken) =>
        snapshot is null
            ? BeginVolumeAsync(volume.Id, force, cancellationToken)
            : BeginSnapshotAsync(snapshot.Id, cancellationToken);

    private async Task BeginVolumeAsync(Guid id, bool force, CancellationToken cancellationToken)
    {
        string[] from = force ? [VolumeStatus.Available, VolumeStatus.InUse] : [VolumeStatus.Available];
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Volumes
            .Where(volume => volume.Id == id && volume.DeletedAt == null && from.Contains(volume.Status))
            .ExecuteUpdateAsync(
                set => set.SetProperty(volume => volume.PreviousStatus, volume => volume.Status)
                    .SetProperty(volume => volume.Status, VolumeStatus.BackingUp)
                    .SetProperty(volume => volume.UpdatedAt, now),
                cancellationToken);
        if (changed > 0)
            return;
        var status = await database.Volumes.Where(volume => volume.Id == id).Select(volume => volume.Status)
            .SingleAsync(cancellationToken);
        RequireVolumeStatus(status, force);
        throw Fault.InvalidVolume("The volume changed while the request was made. Try again.");
    }

    private async Task BeginSnapshotAsync(Guid id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Snapshots
            .Where(row => row.Id == id && row.DeletedAt == null && row.Status == SnapshotStatus.Available)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, SnapshotStatus.BackingUp)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw SnapshotRefusal(await database.Snapshots.Where(row => row.Id == id).Select(row => row.Status)
                .SingleAsync(cancellationToken));
    }

    private static ApiFaultException SnapshotRefusal(string status) => Fault.InvalidSnapshot(
        $"Snapshot to be backed up must be available, but the current status is \"{status}\".");
}
