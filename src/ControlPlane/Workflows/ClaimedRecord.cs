using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// The writes of a record under a claim, whatever the record is. Each is conditional on the claim's number and fails
/// with <see cref="ClaimLostException"/> when another claim has come; each renews the lease, in the database's time.
/// While the database is away each is tried again, for as long as a lease lasts.
/// </summary>
internal abstract class ClaimedRecord(
    IDbContextFactory<EngineDatabase> databases,
    BackupClaim claim,
    string host,
    int leaseSeconds,
    TimeProvider time,
    ILogger log)
{
    /// <summary>The claim.</summary>
    public BackupClaim Claim => claim;

    /// <summary>How long the data plane may go on for the claim.</summary>
    public DataPlaneLease Lease { get; } = new(claim, TimeSpan.FromSeconds(leaseSeconds), time);

    /// <summary>Name of this host, for the step log.</summary>
    public string Host => host;

    /// <summary>Now, UTC.</summary>
    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;

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
        var asked = time.GetTimestamp();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await RenewUnlessEndedAsync(database, leaseSeconds, cancellationToken);
        var seen = await LookAsync(database, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (seen is not null)
            Lease.Renew(asked);
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
                var asked = time.GetTimestamp();
                await using var database = await databases.CreateDbContextAsync(token);
                await using var transaction = await database.Database.BeginTransactionAsync(token);
                if (!await BeginWriteAsync(database, mark, leaseSeconds, token))
                    return false;
                await write(database, token);
                await database.SaveChangesAsync(token);
                await transaction.CommitAsync(token);
                Lease.Renew(asked);
                return true;
            },
            cancellationToken);
    }

    /// <summary>
    /// Ends the lease at once, so that the action is taken over without waiting. Nothing if the claim is lost.
    /// </summary>
    public Task ExpireLeaseAsync(CancellationToken cancellationToken) =>
        QueryAsync(ExpireLeaseAsync, cancellationToken);

    /// <summary>
    /// Writes how far the work has come, in one attempt; says whether the record is this claim's still.
    /// </summary>
    public async Task<bool> WriteProgressAsync(ProgressSample sample, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await WriteProgressAsync(database, sample, cancellationToken) > 0;
    }

    /// <summary>The same, and something beside it in the same transaction.</summary>
    public async Task<bool> WriteProgressAsync(
        ProgressSample sample,
        Func<EngineDatabase, CancellationToken, Task> beside,
        CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await WriteProgressAsync(database, sample, cancellationToken) == 0)
            return false;
        await beside(database, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Takes the record for a transaction; false: an earlier attempt has committed it.</summary>
    protected abstract Task<bool> BeginWriteAsync(
        EngineDatabase database, Guid mark, int leaseSeconds, CancellationToken cancellationToken);

    /// <summary>Renews the lease where there is one.</summary>
    protected abstract Task RenewUnlessEndedAsync(
        EngineDatabase database, int leaseSeconds, CancellationToken cancellationToken);

    /// <summary>What the record says; null: the claim has ended.</summary>
    protected abstract Task<RecordState?> LookAsync(EngineDatabase database, CancellationToken cancellationToken);

    /// <summary>Ends the lease of work under way.</summary>
    protected abstract Task<int> ExpireLeaseAsync(EngineDatabase database, CancellationToken cancellationToken);

    /// <summary>Writes the progress of work under way.</summary>
    protected abstract Task<int> WriteProgressAsync(
        EngineDatabase database, ProgressSample sample, CancellationToken cancellationToken);

    private Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        DatabaseOutage.RetryAsync(work, TimeSpan.FromSeconds(leaseSeconds), time, log, cancellationToken);
}

/// <summary>The same for the records of one table.</summary>
internal abstract class ClaimedRecord<T>(
    IDbContextFactory<EngineDatabase> databases,
    BackupClaim claim,
    string host,
    int leaseSeconds,
    TimeProvider time,
    ILogger log)
    : ClaimedRecord(databases, claim, host, leaseSeconds, time, log)
    where T : class, IClaimedRecord
{
    /// <summary>The record, as long as the claim is good.</summary>
    public IQueryable<T> Mine(EngineDatabase database) =>
        Row(database).Where(b => b.ClaimNumber == Claim.Number);

    /// <summary>The record, as long as the claim is good and nobody has changed its status.</summary>
    public IQueryable<T> MineUnderWay(EngineDatabase database) =>
        Mine(database).Where(b => b.Status == Claim.Kind.Status);

    /// <summary>The record, whoever has claimed it.</summary>
    protected abstract IQueryable<T> Row(EngineDatabase database);

    /// <inheritdoc/>
    protected override async Task<bool> BeginWriteAsync(
        EngineDatabase database, Guid mark, int leaseSeconds, CancellationToken cancellationToken)
    {
        var held = await Mine(database).Where(b => b.LastWrite != mark).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LastWrite, mark)
                .SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(leaseSeconds)),
            cancellationToken);
        if (held > 0)
            return true;
        return await Mine(database).AnyAsync(cancellationToken) ? false : throw new ClaimLostException(Claim);
    }

    /// <inheritdoc/>
    protected override Task RenewUnlessEndedAsync(
        EngineDatabase database, int leaseSeconds, CancellationToken cancellationToken) =>
        Mine(database).Where(b => b.LeaseExpiresAt != null).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(leaseSeconds)),
            cancellationToken);

    /// <inheritdoc/>
    protected override async Task<RecordState?> LookAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        var seen = await Mine(database)
            .Select(b => new { b.Status, Ended = b.LeaseExpiresAt == null, Cancel = b.CancelRequestedAt != null })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new ClaimLostException(Claim);
        return seen.Ended ? null : new RecordState(seen.Status, seen.Cancel);
    }

    /// <inheritdoc/>
    protected override Task<int> ExpireLeaseAsync(EngineDatabase database, CancellationToken cancellationToken) =>
        MineUnderWay(database).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(-1)), cancellationToken);

    /// <inheritdoc/>
    protected override Task<int> WriteProgressAsync(
        EngineDatabase database, ProgressSample sample, CancellationToken cancellationToken) =>
        MineUnderWay(database).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.ProgressDoneBytes, sample.DoneBytes)
                .SetProperty(b => b.ProgressTotalBytes, sample.TotalBytes)
                .SetProperty(b => b.ProgressBytesPerSecond, sample.BytesPerSecond)
                .SetProperty(b => b.ProgressAt, b => DateTime.UtcNow),
            cancellationToken);
}
