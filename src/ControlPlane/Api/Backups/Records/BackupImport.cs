using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups.Records;

/// <summary>
/// Makes a record of a backup whose data are in the repository, under the id that the record had. Every backup service
/// reads the same repository, so the record is usable at once, and belongs to no host until one claims it.
/// </summary>
internal sealed class BackupImport(EngineDatabase database, QuotaGate quota, TimeProvider clock)
{
    /// <summary>Imports a record.</summary>
    public async Task<BackupEntity> ImportAsync(
        ApiRequest request, string service, string text, CancellationToken cancellationToken)
    {
        var record = BackupRecordReader.Read(text);
        var now = clock.GetUtcNow().UtcDateTime;
        var backup = new BackupEntity { Id = record.Id, CreatedAt = now };
        record.Fill(backup, service, now);
        backup.ProjectId = request.Caller.ProjectId;
        backup.UserId = request.Caller.UserId;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await quota.RequireBackupAsync(backup.ProjectId, backup.SizeGiB, cancellationToken);
        if (await RemoveFormerAsync(record.Id, cancellationToken) is { } claims)
            backup.ClaimNumber = claims;
        await AddAsync(backup, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return backup;
    }

    /// <summary>
    /// A record of the same id that was deleted gives way; the number of its claims is kept, so that a service that
    /// held one of them writes nothing any more.
    /// </summary>
    private async Task<long?> RemoveFormerAsync(Guid id, CancellationToken cancellationToken)
    {
        var former = await database.Backups.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (former is null)
            return null;
        var removed = await database.Backups.Where(row => row.Id == id && row.DeletedAt != null)
            .ExecuteDeleteAsync(cancellationToken);
        return removed == 1 ? former.ClaimNumber : throw Exists();
    }

    private async Task AddAsync(BackupEntity backup, CancellationToken cancellationToken)
    {
        database.Backups.Add(backup);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Another project imported the same record at the same moment; anything else is an error of the server.
            database.ChangeTracker.Clear();
            if (database.Database.CurrentTransaction is { } transaction)
                await transaction.RollbackAsync(cancellationToken);
            if (await database.Backups.AnyAsync(row => row.Id == backup.Id, cancellationToken))
                throw Exists();
            throw;
        }
    }

    private static ApiFaultException Exists() => Fault.InvalidBackup("Backup already exists in database.");
}
