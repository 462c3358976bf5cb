using BackupEngine.ControlPlane.Api.BackupPolicies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>The policies of all projects, for an operator.</summary>
/// <param name="Policies">Those that run, what is due next first; then those that are switched off.</param>
/// <param name="Troubles">The newest runs that failed or came late.</param>
internal sealed record ScheduleOverview(IReadOnlyList<PolicyOverview> Policies, IReadOnlyList<RunView> Troubles)
{
    private const int MostPolicies = 10_000;
    private const int MostTroubles = 20;

    /// <summary>Reads it.</summary>
    public static async Task<ScheduleOverview> ReadAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        var ended = database.BackupPolicyRuns.Where(run => run.EndedAt > DateTime.UtcNow.AddHours(-24));
        var policies = await database.BackupPolicies.Where(policy => policy.DeletedAt == null)
            .OrderBy(policy => policy.NextRunAt == null).ThenBy(policy => policy.NextRunAt).ThenBy(policy => policy.Id)
            .Take(MostPolicies)
            .Select(policy => new PolicyOverview(
                policy.Id,
                policy.Name,
                policy.ProjectId,
                policy.NextRunAt,
                ended.Count(run => run.PolicyId == policy.Id && run.Status == BackupPolicyRunStatus.Succeeded),
                ended.Count(run => run.PolicyId == policy.Id && run.Status == BackupPolicyRunStatus.Failed),
                ended.Count(run => run.PolicyId == policy.Id && run.Status == BackupPolicyRunStatus.Skipped)))
            .ToListAsync(cancellationToken);
        var troubles = await database.BackupPolicyRuns.AsNoTracking()
            .Where(run => run.Status == BackupPolicyRunStatus.Failed || run.Late)
            .OrderByDescending(run => run.DueAt).ThenBy(run => run.Id).Take(MostTroubles)
            .ToListAsync(cancellationToken);
        return new ScheduleOverview(policies, [.. troubles.Select(RunView.Of)]);
    }
}
