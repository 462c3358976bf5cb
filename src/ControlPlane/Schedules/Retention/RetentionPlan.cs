namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>What retention does with one backup of a policy.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="VolumeId">Its volume.</param>
/// <param name="Time">The point in time that its data are of, UTC; or when it was asked for.</param>
/// <param name="Keep">Whether it stays.</param>
/// <param name="Reasons">What keeps it, or why it goes.</param>
internal sealed record RetentionPlan(
    Guid BackupId, Guid VolumeId, DateTime Time, bool Keep, IReadOnlyList<string> Reasons);
