using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>The record of a verification under a claim.</summary>
internal sealed class VerificationRecord(
    IDbContextFactory<EngineDatabase> databases,
    BackupClaim claim,
    string host,
    int leaseSeconds,
    TimeProvider time,
    ILogger log)
    : ClaimedRecord<BackupVerificationEntity>(databases, claim, host, leaseSeconds, time, log)
{
    /// <summary>The record as it is now.</summary>
    public Task<BackupVerificationEntity> ReadAsync(CancellationToken cancellationToken) => QueryAsync(
        (database, token) => Row(database).AsNoTracking().SingleAsync(token), cancellationToken);

    /// <summary>
    /// Ends it, and the claim with it; says whether it was under way still.
    /// </summary>
    public async Task<bool> EndAsync(
        EngineDatabase database, string status, string? resultJson, string? reason, CancellationToken cancellationToken)
    {
        var ended = await MineUnderWay(database).ExecuteUpdateAsync(
            set => set.SetProperty(v => v.Status, status)
                .SetProperty(v => v.ResultJson, resultJson)
                .SetProperty(v => v.FailReason, reason)
                .SetProperty(v => v.EndedAt, UtcNow),
            cancellationToken);
        await Mine(database).ExecuteUpdateAsync(
            set => set.SetProperty(v => v.LeaseExpiresAt, (DateTime?)null)
                .SetProperty(v => v.CancelRequestedAt, (DateTime?)null)
                .SetProperty(v => v.ProgressDoneBytes, (long?)null)
                .SetProperty(v => v.ProgressTotalBytes, (long?)null)
                .SetProperty(v => v.ProgressBytesPerSecond, (long?)null)
                .SetProperty(v => v.ProgressAt, (DateTime?)null),
            cancellationToken);
        return ended > 0;
    }

    /// <inheritdoc/>
    protected override IQueryable<BackupVerificationEntity> Row(EngineDatabase database) =>
        database.BackupVerifications.Where(v => v.BackupId == Claim.BackupId);
}
