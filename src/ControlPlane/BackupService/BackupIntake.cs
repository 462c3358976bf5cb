using System.Diagnostics;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Step 6: claims a record and hands it to the runner. Asked twice for one record, the second time does nothing: it is
/// idempotent by the backup's id. When this host has no room, the record stays unclaimed and its command is sent again
/// later.
/// </summary>
public sealed class BackupIntake(BackupClaims claims, BackupRunner runner, ILogger<BackupIntake> log)
{
    /// <summary>Takes a record, if it is to be taken.</summary>
    /// <returns>Whether it was taken.</returns>
    public async Task<bool> TakeAsync(Guid backupId, WorkflowKind kind, CancellationToken cancellationToken)
    {
        if (!runner.TryReserve(backupId, kind))
            return false;
        BackupClaim? claim = null;
        try
        {
            claim = await claims.TryClaimAsync(backupId, kind, cancellationToken);
            if (claim is null)
                log.LogInformation(
                    "Backup {BackupId} is not to be claimed for {Workflow} now: it is claimed already, or there is no "
                    + "room", backupId, kind);
            return claim is not null;
        }
        finally
        {
            if (claim is null)
                runner.Release(backupId, kind);
            else
                runner.Start(claim, Activity.Current?.Context ?? default);
        }
    }
}
