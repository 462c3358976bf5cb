using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules.Calendar;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>
/// What a policy keeps of a volume's backups: of those that it made itself, and none but good ones. Changes nothing.
/// </summary>
internal sealed class RetentionPlanner(EngineDatabase database)
{
    /// <summary>What becomes of each backup that the policy made of a volume, the newest first.</summary>
    public Task<IReadOnlyList<RetentionPlan>> PlanAsync(
        BackupPolicyEntity policy, Guid volumeId, CancellationToken cancellationToken) =>
        PlanAsync(policy, [volumeId], cancellationToken);

    /// <summary>The same of some volumes, one after another.</summary>
    public async Task<IReadOnlyList<RetentionPlan>> PlanAsync(
        BackupPolicyEntity policy, IReadOnlyList<Guid> volumeIds, CancellationToken cancellationToken)
    {
        var backups = await Of(policy).Where(row => volumeIds.Contains(row.VolumeId))
            .OrderByDescending(row => row.DataTimestamp ?? row.CreatedAt).ThenByDescending(row => row.Id)
            .ToListAsync(cancellationToken);
        var now = await database.UtcNowAsync(cancellationToken);
        var ofVolumes = backups.ToLookup(backup => backup.VolumeId);
        return [.. volumeIds.SelectMany(id => (IEnumerable<RetentionPlan>)
        [
            .. Decide(policy, [.. ofVolumes[id].Where(IsGood)], now), .. NeverMade(ofVolumes[id]),
        ])];
    }

    /// <summary>
    /// The volumes of which the policy has made backups, by their ids, also those that are gone or that it does not
    /// hold for any more; at most so many, after one of them.
    /// </summary>
    public Task<List<Guid>> VolumesAsync(
        BackupPolicyEntity policy, Guid? after, int most, CancellationToken cancellationToken)
    {
        var ids = Of(policy).Select(row => row.VolumeId);
        if (after is { } last)
            ids = ids.Where(id => id.CompareTo(last) > 0);
        return ids.Distinct().OrderBy(id => id).Take(most).ToListAsync(cancellationToken);
    }

    private IQueryable<BackupEntity> Of(BackupPolicyEntity policy) => database.Backups.AsNoTracking()
        .Where(row => row.PolicyId == policy.Id && row.DeletedAt == null);

    private static IEnumerable<RetentionPlan> Decide(
        BackupPolicyEntity policy, IReadOnlyList<BackupEntity> good, DateTime now)
    {
        if (PolicyJson.RetentionOf(policy) is not { } rules)
            return good.Select(backup => PlanOf(backup, keep: true, "the policy keeps everything"));
        var decisions = RetentionChoice.Decide(
            [.. good.Select(backup => new RetainedBackup(backup.Id, TimeOf(backup), backup.Protected))],
            rules, TimeZoneNames.Require(policy.TimeZone), now);
        return good.Zip(decisions, PlanOf);
    }

    private static RetentionPlan PlanOf(BackupEntity backup, RetentionDecision decision) =>
        decision.Reasons.Count > 0 ? PlanOf(backup, keep: true, [.. decision.Reasons])
        : backup.Status == BackupStatus.Restoring ? PlanOf(backup, keep: true, "it is being restored")
        : PlanOf(backup, keep: false, "no rule keeps it");

    /// <summary>
    /// Attempts that failed hold nothing, and count against the quota: the newest tells what went wrong, the rest goes.
    /// </summary>
    private static IEnumerable<RetentionPlan> NeverMade(IEnumerable<BackupEntity> backups) => backups
        .Where(backup => backup.Status == BackupStatus.Error && backup.StatisticsJson is null)
        .Select((backup, newer) =>
            backup.Protected ? PlanOf(backup, keep: true, RetentionChoice.Protected)
            : newer == 0 ? PlanOf(backup, keep: true, "the newest attempt that failed")
            : PlanOf(backup, keep: false, "it was never made"));

    private static bool IsGood(BackupEntity backup) =>
        backup.Status is BackupStatus.Available or BackupStatus.Restoring;

    private static DateTime TimeOf(BackupEntity backup) => backup.DataTimestamp ?? backup.CreatedAt;

    private static RetentionPlan PlanOf(BackupEntity backup, bool keep, params string[] reasons) =>
        new(backup.Id, backup.VolumeId, TimeOf(backup), keep, reasons);
}
