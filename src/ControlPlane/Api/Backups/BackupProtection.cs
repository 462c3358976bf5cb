using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>
/// Keeps a backup for its owner (our extension): until the protection is taken back no delete, no delete by force and
/// no policy removes it.
/// </summary>
internal sealed class BackupProtection(EngineDatabase database, TimeProvider clock)
{
    /// <summary>The refusal to delete a protected backup.</summary>
    public static ApiFaultException Refusal(Guid id) => Fault.InvalidBackup(
        $"Backup {id} is protected. Take the protection back with the action os-unprotect before it is deleted.");

    /// <summary>Protects a backup, or takes that back; asked twice, the second time changes nothing.</summary>
    /// <exception cref="ApiFaultException">404; or 400: its deletion has begun.</exception>
    public async Task SetAsync(ApiRequest request, string id, bool value, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupProtect, cancellationToken);
        var changed = await database.Backups
            .Where(row => row.Id == backup.Id && row.DeletedAt == null && row.Status != BackupStatus.Deleting)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Protected, value)
                    .SetProperty(row => row.UpdatedAt, clock.GetUtcNow().UtcDateTime),
                cancellationToken);
        if (changed == 0)
            throw Fault.InvalidBackup("The deletion of the backup has begun; its protection cannot be changed.");
    }
}
