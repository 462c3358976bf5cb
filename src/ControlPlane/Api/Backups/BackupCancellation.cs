using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>
/// Cancels a backup or a restore for its owner, queued or running (our extension). The record says that it is asked
/// for; the backup service that holds it, or the next one that looks, undoes everything and ends it.
/// </summary>
internal sealed class BackupCancellation(EngineDatabase database, CommandDispatch commands)
{
    /// <summary>Asks for it; asked twice, the second time changes nothing.</summary>
    /// <exception cref="ApiFaultException">404; or 400: nothing that can be cancelled is under way.</exception>
    public async Task CancelAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupCancel, cancellationToken);
        var asked = await database.Backups
            .Where(row => row.Id == backup.Id && row.DeletedAt == null
                && (row.Status == BackupStatus.Creating || row.Status == BackupStatus.Restoring))
            .ExecuteUpdateAsync(
                set => set.SetProperty(
                    row => row.CancelRequestedAt, row => row.CancelRequestedAt ?? DateTime.UtcNow),
                cancellationToken);
        if (asked == 0)
            throw Fault.InvalidBackup("Backup status must be creating or restoring");
        await HastenAsync(backup);
    }

    /// <summary>One that waits is looked for at once.</summary>
    private Task<string?> HastenAsync(BackupEntity backup) => backup.Status == BackupStatus.Restoring
        ? commands.ToBackupServicesAsync(
            new RestoreBackup { BackupId = backup.Id, VolumeId = backup.RestoreVolumeId ?? Guid.Empty })
        : commands.ToBackupServicesAsync(new CreateBackup { BackupId = backup.Id });
}
