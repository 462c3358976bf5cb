using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>The record of a backup under a claim.</summary>
internal sealed class BackupRecord(
    IDbContextFactory<EngineDatabase> databases,
    BackupClaim claim,
    string host,
    int leaseSeconds,
    TimeProvider time,
    ILogger log)
    : ClaimedRecord<BackupEntity>(databases, claim, host, leaseSeconds, time, log)
{
    /// <summary>The record as it is now.</summary>
    public Task<BackupEntity> ReadAsync(CancellationToken cancellationToken) => QueryAsync(
        (database, token) => Row(database).AsNoTracking().SingleAsync(token), cancellationToken);

    /// <summary>Ends the claim: nothing is under way any more.</summary>
    public Task EndClaimAsync(EngineDatabase database, CancellationToken cancellationToken) =>
        Mine(database).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.LeaseExpiresAt, (DateTime?)null)
                .SetProperty(b => b.CommandSentAt, (DateTime?)null)
                .SetProperty(b => b.CancelRequestedAt, (DateTime?)null)
                .SetProperty(b => b.ProgressDoneBytes, (long?)null)
                .SetProperty(b => b.ProgressTotalBytes, (long?)null)
                .SetProperty(b => b.ProgressBytesPerSecond, (long?)null)
                .SetProperty(b => b.ProgressAt, (DateTime?)null),
            cancellationToken);

    /// <inheritdoc/>
    protected override IQueryable<BackupEntity> Row(EngineDatabase database) =>
        database.Backups.Where(b => b.Id == Claim.BackupId);
}
