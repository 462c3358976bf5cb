using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Api.Volumes;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>
/// Takes a restore on: to a volume that is there, or to a new one whose record is made now and whose device the
/// workflow makes. Nobody waits for that here.
/// </summary>
internal sealed class BackupRestoration(
    EngineDatabase database,
    VolumeDrafts drafts,
    QuotaGate quota,
    CommandDispatch commands,
    BackupRequestLog steps,
    TimeProvider clock)
{
    private const string NewVolumeDescription = "auto-created_from_restore_from_backup";

    /// <summary>Restores to the volume that the body names, or to a new one.</summary>
    /// <exception cref="ApiFaultException">The request is refused; nothing has changed.</exception>
    public async Task<RestoreView> RestoreAsync(
        ApiRequest request,
        string id,
        Guid? volumeId,
        string? name,
        ActionOptions options,
        CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupRestore, cancellationToken);
        RequireRestorable(backup);
        if (volumeId is null)
            request.Require(PolicyRules.VolumeCreate);
        var volume = volumeId is null
            ? NewVolume(request, backup, name)
            : await database.FindVolumeAsync(request, $"{volumeId}", PolicyRules.VolumeGet, cancellationToken);
        if (volumeId is null)
            await RestoreToNewVolumeAsync(backup.Id, volume, options, cancellationToken);
        else
            await RestoreToExistingAsync(backup, volume, options, cancellationToken);
        return new RestoreView(backup.Id, volume.Id, volume.Name ?? "");
    }

    /// <summary>Restores to a volume whose record does not exist yet.</summary>
    /// <exception cref="ApiFaultException">The request is refused; nothing has changed.</exception>
    public Task RestoreToNewVolumeAsync(
        Guid backupId, VolumeEntity volume, ActionOptions options, CancellationToken cancellationToken)
    {
        volume.RestoredFromBackupId = backupId;
        // The command of the restore makes the device: there is none of the volume's own to be sent.
        volume.CommandSentAt = volume.CreatedAt;
        return BeginAsync(
            backupId,
            volume.Id,
            options,
            () => quota.RequireVolumeAsync(volume.ProjectId, volume.SizeGiB, cancellationToken),
            () => AddAsync(volume, cancellationToken),
            cancellationToken);
    }

    private Task RestoreToExistingAsync(
        BackupEntity backup, VolumeEntity volume, ActionOptions options, CancellationToken cancellationToken)
    {
        if (volume.Status != VolumeStatus.Available)
            throw TargetNotAvailable();
        if (volume.SizeGiB < backup.SizeGiB)
            throw Fault.InvalidVolume(
                $"volume size {volume.SizeGiB} is too small to restore backup of size {backup.SizeGiB}.");
        return BeginAsync(
            backup.Id,
            volume.Id,
            options,
            () => Task.CompletedTask,
            () => ClaimAsync(volume.Id, cancellationToken),
            cancellationToken);
    }

    private async Task BeginAsync(
        Guid backupId,
        Guid volumeId,
        ActionOptions options,
        Func<Task> requireQuota,
        Func<Task> takeVolume,
        CancellationToken cancellationToken)
    {
        var receivedAt = clock.GetUtcNow().UtcDateTime;
        await using (var transaction = await database.Database.BeginTransactionAsync(cancellationToken))
        {
            // Rows are always taken in this order, here and everywhere: the project's turn, the backup, the volume.
            await requireQuota();
            await ClaimBackupAsync(backupId, volumeId, options, cancellationToken);
            await takeVolume();
            var backup = await database.Backups.AsNoTracking()
                .SingleAsync(row => row.Id == backupId, cancellationToken);
            steps.AddAccepted(backup, BackupWorkflows.Restore, receivedAt);
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        var failure = await commands.ToBackupServicesAsync(
            new RestoreBackup { BackupId = backupId, VolumeId = volumeId });
        await steps.RecordSentAsync(backupId, BackupWorkflows.Restore, failure);
    }

    private async Task ClaimBackupAsync(
        Guid backupId, Guid volumeId, ActionOptions options, CancellationToken cancellationToken)
    {
        var changed = await database.Backups
            .Where(row => row.Id == backupId && row.DeletedAt == null && row.Status == BackupStatus.Available)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, BackupStatus.Restoring)
                    .SetProperty(row => row.RestoreVolumeId, volumeId)
                    .SetProperty(row => row.RateLimitMiB, options.RateLimitMiB)
                    .SetProperty(row => row.Priority, options.Priority)
                    .SetProperty(row => row.ProgressDoneBytes, (long?)null)
                    .SetProperty(row => row.ProgressTotalBytes, (long?)null)
                    .SetProperty(row => row.ProgressBytesPerSecond, (long?)null)
                    .SetProperty(row => row.ProgressAt, (DateTime?)null)
                    .SetProperty(row => row.FailReason, (string?)null)
                    .SetProperty(row => row.CommandSentAt, (DateTime?)null)
                    .SetProperty(row => row.LeaseExpiresAt, (DateTime?)null)
                    .SetProperty(row => row.UpdatedAt, row => DateTime.UtcNow),
                cancellationToken);
        if (changed == 0)
            throw BackupNotAvailable();
    }

    private async Task ClaimAsync(Guid volumeId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Volumes
            .Where(row => row.Id == volumeId && row.DeletedAt == null && row.Status == VolumeStatus.Available)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.PreviousStatus, row => row.Status)
                    .SetProperty(row => row.Status, VolumeStatus.RestoringBackup)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw TargetNotAvailable();
    }

    private async Task AddAsync(VolumeEntity volume, CancellationToken cancellationToken)
    {
        database.Volumes.Add(volume);
        await database.SaveChangesAsync(cancellationToken);
    }

    private VolumeEntity NewVolume(ApiRequest request, BackupEntity backup, string? name)
    {
        var volume = drafts.Draft(request, name ?? SavedVolume.RestoredNamePrefix + backup.Id, NewVolumeDescription);
        volume.SizeGiB = backup.SizeGiB;
        return volume;
    }

    private static void RequireRestorable(BackupEntity backup)
    {
        if (backup.Status != BackupStatus.Available)
            throw BackupNotAvailable();
        if (backup.SizeGiB <= 0)
            throw Fault.InvalidBackup("Backup to be restored has invalid size");
    }

    private static ApiFaultException BackupNotAvailable() => Fault.InvalidBackup("Backup status must be available");

    private static ApiFaultException TargetNotAvailable() =>
        Fault.InvalidVolume("Volume to be restored to must be available");
}
