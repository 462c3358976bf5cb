using BackupEngine.ControlPlane.Api.Backups.Extensions;
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

/// <summary>Removes backups: any that is at rest, also one that others were based on.</summary>
internal sealed class BackupDeletion(
    EngineDatabase database, CommandDispatch commands, BackupRequestLog steps, TimeProvider clock)
{
    private static readonly string[] Deletable = [BackupStatus.Available, BackupStatus.Error];

    /// <summary>Begins to remove a backup.</summary>
    /// <exception cref="ApiFaultException">404, or 400 for its status or its protection.</exception>
    public async Task DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupDelete, cancellationToken);
        if (!await TryDeleteAsync(backup, Deletable, () => Task.FromResult(true), cancellationToken))
            throw await database.Backups.AnyAsync(row => row.Id == backup.Id && row.Protected, cancellationToken)
                ? BackupProtection.Refusal(backup.Id)
                : Fault.InvalidBackup("Backup status must be available or error");
    }

    /// <summary>Begins to remove a backup that is not protected.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="from">The statuses from which it may go.</param>
    /// <param name="confirm">Asked in the transaction, when nobody else can begin with the backup any more.</param>
    /// <param name="cancellationToken">Ends it before anything is changed.</param>
    /// <returns>Whether it was begun; else nothing is changed.</returns>
    public async Task<bool> TryDeleteAsync(
        BackupEntity backup, IReadOnlyList<string> from, Func<Task<bool>> confirm, CancellationToken cancellationToken)
    {
        var receivedAt = clock.GetUtcNow().UtcDateTime;
        await using (var transaction = await database.Database.BeginTransactionAsync(cancellationToken))
        {
            if (!await BeginAsync(backup.Id, from, cancellationToken) || !await confirm())
                return false;
            await BackupVerifications.CancelAsync(database, backup.Id, cancellationToken);
            steps.AddAccepted(backup, BackupWorkflows.Delete, receivedAt);
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        var failure = await commands.ToBackupServicesAsync(new DeleteBackup { BackupId = backup.Id });
        await steps.RecordSentAsync(backup.Id, BackupWorkflows.Delete, failure);
        return true;
    }

    private async Task<bool> BeginAsync(Guid id, IReadOnlyList<string> from, CancellationToken cancellationToken)
    {
        return await database.Backups
            .Where(row => row.Id == id && row.DeletedAt == null && from.Contains(row.Status) && !row.Protected)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, BackupStatus.Deleting)
                    .SetProperty(row => row.CommandSentAt, (DateTime?)null)
                    .SetProperty(row => row.LeaseExpiresAt, (DateTime?)null)
                    .SetProperty(row => row.UpdatedAt, row => DateTime.UtcNow),
                cancellationToken) > 0;
    }
}
