using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>
/// Takes verifications on and cancels them. The status of the backup stays: a verification only reads, and whoever
/// deletes the backup meanwhile ends it.
/// </summary>
internal sealed class BackupVerifications(EngineDatabase database, BackupRequestLog steps, TimeProvider clock)
{
    /// <summary>
    /// Takes a verification on. No command is sent: the backup services look at the records once a second.
    /// </summary>
    /// <exception cref="ApiFaultException">404; 400 for the backup's status, or one that is under way.</exception>
    public async Task<BackupVerificationEntity> BeginAsync(
        ApiRequest request, string id, BodyValue? asked, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupVerify, cancellationToken);
        var row = new BackupVerificationEntity
        {
            BackupId = backup.Id,
            UserId = request.Caller.UserId,
            Level = asked?["level"]?.Text ?? VerificationLevel.Full,
            Percent = NumberSchema.Read(asked?["percent"]) ?? 100,
            AskedAt = now,
        };
        if (row is { Level: VerificationLevel.Quick, Percent: not 100 })
            throw Fault.InvalidInput("percent goes with level full: a quick verification reads no data.");
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await RequireAvailableAsync(backup.Id, cancellationToken);
        await AddAsync(row, cancellationToken);
        steps.AddAccepted(backup, BackupWorkflows.Verify, now);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    /// <summary>The verification under way, or the last one.</summary>
    /// <exception cref="ApiFaultException">404: no such backup, or it was never verified.</exception>
    public async Task<BackupVerificationEntity> FindAsync(
        ApiRequest request, string id, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupVerificationGet, cancellationToken);
        return await database.BackupVerifications.AsNoTracking()
            .SingleOrDefaultAsync(row => row.BackupId == backup.Id, cancellationToken)
            ?? throw new ApiFaultException(
                StatusCodes.Status404NotFound, $"Backup {backup.Id} has not been verified yet.");
    }

    /// <summary>Asks the verification under way to end; asked twice, the second time changes nothing.</summary>
    /// <exception cref="ApiFaultException">404, or 400 where none is under way.</exception>
    public async Task CancelAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupVerify, cancellationToken);
        if (await CancelAsync(database, backup.Id, cancellationToken) == 0)
            throw Fault.InvalidBackup("No verification of it is under way.");
    }

    /// <summary>Asks the verification of a backup to end, if one is under way.</summary>
    public static Task<int> CancelAsync(EngineDatabase database, Guid backupId, CancellationToken cancellationToken) =>
        database.BackupVerifications
            .Where(row => row.BackupId == backupId && row.Status == VerificationStatus.Verifying)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.CancelRequestedAt, row => row.CancelRequestedAt ?? DateTime.UtcNow),
                cancellationToken);

    /// <summary>Holds the backup's record: a delete at the same moment waits, and cancels this then.</summary>
    private async Task RequireAvailableAsync(Guid id, CancellationToken cancellationToken)
    {
        var held = await database.Backups
            .Where(row => row.Id == id && row.DeletedAt == null)
            .Where(row => row.Status == BackupStatus.Available || row.Status == BackupStatus.Restoring)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Priority, row => row.Priority), cancellationToken);
        if (held == 0)
            throw Fault.InvalidBackup("Backup status must be available or restoring");
    }

    /// <summary>In place of the last one, which must have ended.</summary>
    private async Task AddAsync(BackupVerificationEntity row, CancellationToken cancellationToken)
    {
        var replaced = await database.BackupVerifications
            .Where(last => last.BackupId == row.BackupId && last.Status != VerificationStatus.Verifying)
            .ExecuteUpdateAsync(
                set => set.SetProperty(last => last.UserId, row.UserId)
                    .SetProperty(last => last.Level, row.Level)
                    .SetProperty(last => last.Percent, row.Percent)
                    .SetProperty(last => last.Status, row.Status)
                    .SetProperty(last => last.FailReason, (string?)null)
                    .SetProperty(last => last.ResultJson, (string?)null)
                    .SetProperty(last => last.LeaseExpiresAt, (DateTime?)null)
                    .SetProperty(last => last.CancelRequestedAt, (DateTime?)null)
                    .SetProperty(last => last.AskedAt, row.AskedAt)
                    .SetProperty(last => last.EndedAt, (DateTime?)null),
                cancellationToken);
        if (replaced > 0)
            return;
        if (await database.BackupVerifications.AnyAsync(last => last.BackupId == row.BackupId, cancellationToken))
            throw Fault.InvalidBackup("A verification of it is under way already.");
        database.BackupVerifications.Add(row);
    }
}
