using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// The writes of a record under a claim. Each is conditional on the claim's number and fails with
/// <see cref="ClaimLostException"/> when another claim has come; each renews the lease, in the database's time. While
/// the database is away each is tried again, for as long as a lease lasts.
/// </summary>
internal sealed class BackupRecord(
    IDbContextFactory<EngineDatabase> databases,
    BackupClaim claim,
    string host,
    int leaseSeconds,
    TimeProvider time,
    ILogger log)
{
    /// <summary>The claim.</summary>
    public BackupClaim Claim => claim;

    /// <summary>Name of this host, for the step log.</summary>
    public string Host => host;

    /// <summary>The record as it is now.</summary>
    public Task<BackupEntity> ReadAsync(CancellationToken cancellationToken) => QueryAsync(
        (database, token) => database.Backups.AsNoTracking().SingleAsync(b => b.Id == claim.BackupId, token),
        cancellationToken);

    /// <summary>Reads something beside the record.</summary>
    public Task<T> QueryAsync<T>(
        Func<EngineDatabase, CancellationToken, Task<T>> query, CancellationToken cancellationToken) =>
        RetryAsync(
            async token =>
            {
                await using var database = await databases.CreateDbContextAsync(token);
                return await query(database, token);
            },
            cancellationToken);

    /// <summary>
    /// Renews the lease, unless the claim has ended: an ended claim has none, and never gets one again.
    /// </summary>
    /// <returns>What the record says; null: the claim has ended.</returns>
    /// <exception cref="ClaimLostException">The record belongs to another claim.</exception>
    public Task<RecordState?> RenewAsync(CancellationToken cancellationToken) =>
        RetryAsync(RenewOnceAsync, cancellationToken);

    /// <summary>The same, in one attempt.</summary>
    public async Task<RecordState?> RenewOnceAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await Mine(database).Where(b => b.LeaseExpiresAt != null).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(leaseSeconds)),
            cancellationToken);
        var seen = await LookAsync(database, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return seen;
    }

    /// <summary>Looks at the record without renewing the lease, in one attempt.</summary>
    /// <returns>What the record says; null: the claim has ended.</returns>
    /// <exception cref="ClaimLostException">The record belongs to another claim.</exception>
    public async Task<RecordState?> LookOnceAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await LookAsync(database, cancellationToken);
    }

    /// <summary>
    /// Writes in one transaction, only while the claim is good. The transaction leaves its own mark in the record:
    /// where the answer of a commit was lost, the next attempt finds the mark, or waits for the record until it is
    /// there, and writes nothing twice.
    /// </summary>
    /// <param name="write">What is written; it may be called again when an attempt has failed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ClaimLostException">The record belongs to another claim; nothing was written.</exception>
    public Task InTransactionAsync(
        Func<EngineDatabase, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var mark = Guid.NewGuid();
        return RetryAsync(
            async token =>
            {
                await using var database = await databases.CreateDbContextAsync(token);
                await using var transaction = await database.Database.BeginTransactionAsync(token);
                if (!await BeginWriteAsync(database, mark, token))
                    return false;
                await write(database, token);
                await database.SaveChangesAsync(token);
                await transaction.CommitAsync(token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>The record, as long as the claim is good.</summary>
    public IQueryable<BackupEntity> Mine(EngineDatabase database) =>
        database.Backups.Where(b => b.Id == claim.BackupId && b.ClaimNumber == claim.Number);

    /// <summary>The record, as long as the claim is good and nobody has changed its status.</summary>
    public IQueryable<BackupEntity> MineUnderWay(EngineDatabase database) =>
        Mine(database).Where(b => b.Status == claim.Kind.Status);

    /// <summary>Ends the claim: nothing is under way any more.</summary>
    public Task EndClaimAsync(EngineDatabase database, CancellationToken cancellationToken) =>
        Mine(database).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LeaseExpiresAt, (DateTime?)null)
                .SetProperty(b => b.CommandSentAt, (DateTime?)null)
                .SetProperty(b => b.CancelRequestedAt, (DateTime?)null),
            cancellationToken);

    /// <summary>
    /// Ends the lease at once, so that the action is taken over without waiting. Nothing if the claim is lost.
    /// </summary>
    public Task ExpireLeaseAsync(CancellationToken cancellationToken) => QueryAsync(
        (database, token) => MineUnderWay(database).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(-1)), token),
        cancellationToken);

    /// <summary>Now, UTC.</summary>
    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    /// <summary>Takes the record for a transaction; false: an earlier attempt has committed it.</summary>
    private async Task<bool> BeginWriteAsync(EngineDatabase database, Guid mark, CancellationToken cancellationToken)
    {
        var held = await Mine(database).Where(b => b.LastWrite != mark).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LastWrite, mark)
                .SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(leaseSeconds)),
            cancellationToken);
        if (held > 0)
            return true;
        return await Mine(database).AnyAsync(cancellationToken) ? false : throw new ClaimLostException(claim);
    }

    private Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        DatabaseOutage.RetryAsync(work, TimeSpan.FromSeconds(leaseSeconds), time, log, cancellationToken);

    private async Task<RecordState?> LookAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        var seen = await Mine(database)
            .Select(b => new { b.Status, Ended = b.LeaseExpiresAt == null, Cancel = b.CancelRequestedAt != null })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new ClaimLostException(claim);
        return seen.Ended ? null : new RecordState(seen.Status, seen.Cancel);
    }
}
