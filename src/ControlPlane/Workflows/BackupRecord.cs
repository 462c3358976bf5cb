using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// The writes of a record under a claim. Each is conditional on the claim's number and fails with
/// <see cref="ClaimLostException"/> when another claim has come; each renews the lease, in the database's time.
/// </summary>
internal sealed class BackupRecord(
    IDbContextFactory<EngineDatabase> databases, BackupClaim claim, string host, int leaseSeconds, TimeProvider time)
{
    /// <summary>The claim.</summary>
    public BackupClaim Claim => claim;

    /// <summary>Name of this host, for the step log.</summary>
    public string Host => host;

    /// <summary>The record as it is now.</summary>
    public async Task<BackupEntity> ReadAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Backups.AsNoTracking().SingleAsync(b => b.Id == claim.BackupId, cancellationToken);
    }

    /// <summary>Reads something beside the record.</summary>
    public async Task<T> QueryAsync<T>(
        Func<EngineDatabase, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await query(database, cancellationToken);
    }

    /// <summary>
    /// Renews the lease, unless the claim has ended: an ended claim has none, and never gets one again.
    /// </summary>
    /// <returns>What the record says; null: the claim has ended.</returns>
    /// <exception cref="ClaimLostException">The record belongs to another claim.</exception>
    public async Task<RecordState?> RenewAsync(CancellationToken cancellationToken)
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

    /// <summary>Looks at the record without renewing the lease.</summary>
    /// <returns>What the record says; null: the claim has ended.</returns>
    /// <exception cref="ClaimLostException">The record belongs to another claim.</exception>
    public async Task<RecordState?> LookAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await LookAsync(database, cancellationToken);
    }

    /// <summary>Writes in one transaction, only while the claim is good.</summary>
    /// <exception cref="ClaimLostException">The record belongs to another claim; nothing was written.</exception>
    public async Task InTransactionAsync(
        Func<EngineDatabase, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var held = await Mine(database).ExecuteUpdateAsync(
            set => set.SetProperty(
                b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(leaseSeconds)), cancellationToken);
        if (held == 0)
            throw new ClaimLostException(claim);
        await write(database, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
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
    public async Task ExpireLeaseAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await MineUnderWay(database).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(-1)), cancellationToken);
    }

    /// <summary>Now, UTC.</summary>
    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    private async Task<RecordState?> LookAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        var seen = await Mine(database)
            .Select(b => new { b.Status, Ended = b.LeaseExpiresAt == null, Cancel = b.CancelRequestedAt != null })
            .SingleOrDefaultAsync(cancellationToken)
            ?? throw new ClaimLostException(claim);
        return seen.Ended ? null : new RecordState(seen.Status, seen.Cancel);
    }
}
