using System.Linq.Expressions;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Claims records for this host. A claim is one conditional update: of any number of services that try, one gets it.
/// Leases are written and compared in the database's time; no clock of a host decides.
/// </summary>
public sealed class BackupClaims(
    IDbContextFactory<EngineDatabase> databases, EngineOptions options, TimeProvider time)
{
    /// <summary>
    /// Claims a record whose status is that of the workflow and that nobody holds: it was never claimed, or the lease
    /// has run out, or this host holds it from before its restart. A record that nobody has begun with is only claimed
    /// where the limits of the hosts leave room, unless it is to be undone because its owner has cancelled it.
    /// </summary>
    /// <returns>The claim; null when there is nothing to claim.</returns>
    public async Task<BackupClaim?> TryClaimAsync(Guid backupId, WorkflowKind kind, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return kind == WorkflowKind.Verify
            ? await TryClaimAsync(database, database.BackupVerifications, v => v.BackupId == backupId, backupId, kind,
                cancellationToken)
            : await TryClaimAsync(database, database.Backups, b => b.Id == backupId && b.DeletedAt == null, backupId,
                kind, cancellationToken);
    }

    /// <summary>
    /// Verifications that can be taken over: claimed, and the lease has run out or was this host's before its restart.
    /// </summary>
    /// <returns>The ids of their backups.</returns>
    public async Task<IReadOnlyList<Guid>> FindAbandonedVerificationsAsync(
        int most, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Claimable(database.BackupVerifications)
            .Where(v => v.Status == VerificationStatus.Verifying && v.LeaseExpiresAt != null)
            .OrderBy(v => v.LeaseExpiresAt)
            .Take(most)
            .Select(v => v.BackupId)
            .ToListAsync(cancellationToken);
    }

    private async Task<BackupClaim?> TryClaimAsync<T>(
        EngineDatabase database,
        IQueryable<T> rows,
        Expression<Func<T, bool>> isIt,
        Guid backupId,
        WorkflowKind kind,
        CancellationToken cancellationToken)
        where T : class, IClaimedRecord
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var claimable = Claimable(rows).Where(isIt).Where(b => b.Status == kind.Status);
        var before = await claimable
            .Select(b => new { b.ClaimNumber, b.LeaseExpiresAt, Cancelled = b.CancelRequestedAt != null })
            .SingleOrDefaultAsync(cancellationToken);
        if (before is null)
            return null;
        var begins = kind != WorkflowKind.Delete && before.LeaseExpiresAt is null && !before.Cancelled;
        if (begins && !await new ClaimLimits(database, options.Host).HaveRoomAsync(backupId, kind, cancellationToken))
            return null;
        var (number, claimedAt) = (before.ClaimNumber + 1, time.GetTimestamp());
        var claimed = await claimable.Where(b => b.ClaimNumber == before.ClaimNumber).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.ClaimNumber, number)
                .SetProperty(b => b.Host, options.Host)
                .SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(options.LeaseSeconds)),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return claimed == 0 ? null
            : new BackupClaim(backupId, kind, number, TakesOver: before.LeaseExpiresAt is not null, claimedAt);
    }

    /// <summary>
    /// Records that this host can take over: claimed, and the lease has run out or was this host's before its restart.
    /// </summary>
    public async Task<IReadOnlyList<BackupEntity>> FindAbandonedAsync(int most, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await WithinReach(database, UnderWay(Claimable(database.Backups)))
            .Where(b => b.LeaseExpiresAt != null)
            .OrderBy(b => b.LeaseExpiresAt)
            .Take(most)
            .AsNoTracking()
            .ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Records that nobody has claimed for some time after their command was sent. Each is marked as sent again now, so
    /// that of several services one sends it.
    /// </summary>
    public async Task<IReadOnlyList<BackupEntity>> FindUnclaimedAsync(
        TimeSpan unclaimedFor, int most, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var waiting = await UnderWay(database.Backups)
            .Where(b => b.LeaseExpiresAt == null && (b.CommandSentAt ?? b.UpdatedAt ?? b.CreatedAt)
                    < DateTime.UtcNow.AddSeconds(-unclaimedFor.TotalSeconds))
            .OrderBy(b => b.CreatedAt)
            .Take(most)
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        var mine = new List<BackupEntity>();
        foreach (var record in waiting)
        {
            if (await MarkSentAsync(database, record, cancellationToken))
                mine.Add(record);
        }

        return mine;
    }

    /// <summary>
    /// The first of the claims that this host holds on a backup, or on its verification, one after the other, with none
    /// of another host between them; null when it is not claimed, or by another host.
    /// </summary>
    public async Task<long?> HeldSinceAsync(Guid backupId, bool isVerification, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var mine = isVerification
            ? await Held(database.BackupVerifications).AnyAsync(v => v.BackupId == backupId, cancellationToken)
            : await Held(database.Backups).AnyAsync(b => b.Id == backupId && b.DeletedAt == null, cancellationToken);
        if (!mine)
            return null;
        var (claimed, verify) = (WorkflowStep.RecordClaimed.Name, WorkflowKind.Verify.Name);
        var lastOfAnother = await database.BackupSteps
            .Where(line => line.BackupId == backupId && line.Name == claimed && line.Host != options.Host)
            .Where(line => (line.Workflow == verify) == isVerification)
            .MaxAsync(line => (long?)line.Attempt, cancellationToken);
        return (lastOfAnother ?? 0) + 1;
    }

    private static async Task<bool> MarkSentAsync(
        EngineDatabase database, BackupEntity record, CancellationToken cancellationToken) =>
        await database.Backups
            .Where(b => b.Id == record.Id && b.Status == record.Status && b.LeaseExpiresAt == null
                && b.CommandSentAt == record.CommandSentAt)
            .ExecuteUpdateAsync(
                set => set.SetProperty(b => b.CommandSentAt, b => DateTime.UtcNow), cancellationToken) > 0;

    /// <summary>
    /// Without those that this host could not go on with, since placement keeps their devices from it: taking one over
    /// would only make it fail. What is to be undone or deleted needs no device here.
    /// </summary>
    private IQueryable<BackupEntity> WithinReach(EngineDatabase database, IQueryable<BackupEntity> records) =>
        options.BackupPlacement == "volume-host"
            ? records.Where(b => b.Host == options.Host
                || b.Status == BackupStatus.Deleting || b.CancelRequestedAt != null
                || !database.Volumes.Any(v => v.DeletedAt == null && v.Host != options.Host
                    && v.Id == (b.Status == BackupStatus.Restoring ? b.RestoreVolumeId : b.VolumeId)))
            : records.Where(b => b.Host == options.Host
                || b.Status == BackupStatus.Deleting || b.CancelRequestedAt != null
                || b.AvailabilityZone == null || b.AvailabilityZone == options.AvailabilityZone);

    private IQueryable<T> Held<T>(IQueryable<T> rows)
        where T : class, IClaimedRecord => rows.Where(b => b.LeaseExpiresAt != null && b.Host == options.Host);

    private IQueryable<T> Claimable<T>(IQueryable<T> rows)
        where T : class, IClaimedRecord => rows.Where(b =>
        b.LeaseExpiresAt == null || b.LeaseExpiresAt < DateTime.UtcNow || b.Host == options.Host);

    private static IQueryable<BackupEntity> UnderWay(IQueryable<BackupEntity> backups) => backups.Where(b =>
        b.DeletedAt == null
        && (b.Status == BackupStatus.Creating || b.Status == BackupStatus.Restoring
            || b.Status == BackupStatus.Deleting));
}
