using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>
/// Removes what a policy does not keep any more, by the way of every other delete. Done again it finds nothing to do,
/// so a host that dies leaves the rest to the next one.
/// </summary>
internal sealed class RetentionWork(
    EngineDatabase database, RetentionPlanner planner, BackupDeletion deletion, ILogger<RetentionWork> log)
{
    private static readonly string[] Removable = [BackupStatus.Available, BackupStatus.Error];

    /// <summary>Looks at the volume of a run that has ended.</summary>
    public async Task ApplyAsync(Guid policyId, Guid volumeId, CancellationToken cancellationToken)
    {
        var policy = await database.BackupPolicies.AsNoTracking()
            .SingleAsync(row => row.Id == policyId, cancellationToken);
        if (policy.DeletedAt is null)
            await RemoveAsync(policy, await planner.PlanAsync(policy, volumeId, cancellationToken), cancellationToken);
        await database.BackupPolicyRuns
            .Where(row => row.PolicyId == policyId && row.VolumeId == volumeId && row.RetentionDue)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.RetentionDue, false), cancellationToken);
    }

    /// <summary>Removes what a plan says, as far as it may go still.</summary>
    public async Task RemoveAsync(
        BackupPolicyEntity policy, IReadOnlyList<RetentionPlan> plans, CancellationToken cancellationToken)
    {
        foreach (var plan in plans.Where(plan => !plan.Keep))
            await RemoveAsync(policy, plan, cancellationToken);
    }

    private async Task RemoveAsync(BackupPolicyEntity policy, RetentionPlan plan, CancellationToken cancellationToken)
    {
        var backup = await database.Backups.AsNoTracking()
            .SingleAsync(row => row.Id == plan.BackupId, cancellationToken);
        if (!await deletion.TryDeleteAsync(
            backup, Removable, () => IsAnotherLeftAsync(backup, cancellationToken), cancellationToken))
        {
            log.LogInformation(
                "Backup {BackupId} stays although policy {PolicyId} does not keep it: it changed meanwhile, or it is "
                + "the last one of its volume", backup.Id, policy.Id);
            return;
        }

        ScheduleTelemetry.CountRemoved();
        log.LogInformation(
            "Backup {BackupId} of volume {VolumeId} goes: {Reason} (policy {PolicyId})",
            backup.Id, backup.VolumeId, string.Join(", ", plan.Reasons), policy.Id);
    }

    /// <summary>
    /// Never the last good backup of a volume, whoever made it. The volume is held, so that of two that go at once each
    /// sees the other.
    /// </summary>
    private async Task<bool> IsAnotherLeftAsync(BackupEntity backup, CancellationToken cancellationToken)
    {
        await database.LockVolumeAsync(backup.VolumeId, cancellationToken);
        return backup.Status == BackupStatus.Error || await database.Backups.AnyAsync(
            row => row.VolumeId == backup.VolumeId && row.Id != backup.Id && row.DeletedAt == null
                && (row.Status == BackupStatus.Available || row.Status == BackupStatus.Restoring),
            cancellationToken);
    }
}
