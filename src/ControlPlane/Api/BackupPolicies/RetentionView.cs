using BackupEngine.ControlPlane.Schedules.Retention;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>What the retention of a policy would do with a backup.</summary>
/// <param name="VolumeId">The volume.</param>
/// <param name="BackupId">The backup.</param>
/// <param name="DataTimestamp">The point in time that its data are of, UTC.</param>
/// <param name="Keep">Whether it stays.</param>
/// <param name="Reasons">The rules that keep it, each with its place, or why it goes.</param>
internal sealed record RetentionView(
    Guid VolumeId, Guid BackupId, DateTime DataTimestamp, bool Keep, IReadOnlyList<string> Reasons)
{
    /// <summary>A plan as it is shown.</summary>
    public static RetentionView Of(RetentionPlan plan) =>
        new(plan.VolumeId, plan.BackupId, plan.Time, plan.Keep, plan.Reasons);
}
