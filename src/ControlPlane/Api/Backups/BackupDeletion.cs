using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>Removes backups: any that is at rest, also one that others were based on.</summary>
internal sealed class BackupDeletion(
    EngineDatabase database, CommandDispatch commands, BackupRequestLog steps, TimeProvider clock)
{
    private static readonly string[] Deletable = [BackupStatus.Available, BackupStatus.Error];

    /// <summary>Begins to remove a backup.</summary>
    /// <exception cref="ApiFaultException">404, or 400 for its status.</exception>
    public async Task DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        var receivedAt = clock.GetUtcNow().UtcDateTime;
        var backup = await database.FindBackupAsync(request, id, cancellationToken);
        await using (var transaction = await database.Database.BeginTransactionAsync(cancellationToken))
        {
            await BeginAsync(backup.Id, cancellationToken);
            steps.AddAccepted(backup, BackupWorkflows.Delete, receivedAt);
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        var failure = await commands.ToBackupServicesAsync(new DeleteBackup { BackupId = backup.Id });
        await steps.RecordSentAsync(backup.Id, BackupWorkflows.Delete, failure);
    }

    private async Task BeginAsync(Guid id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Backups
            .Where(row => row.Id == id && row.DeletedAt == null && Deletable.Contains(row.Status))
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, BackupStatus.Deleting)
                    .SetProperty(row => row.CommandSentAt, (DateTime?)null)
                    .SetProperty(row => row.LeaseExpiresAt, (DateTime?)null)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw Fault.InvalidBackup("Backup status must be available or error");
    }
}
