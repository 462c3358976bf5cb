namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>What becomes of a backup.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Reasons">
/// What keeps it: <c>protected</c>, or rules with the place that it has in each, such as <c>daily 3</c>; none: it goes.
/// </param>
internal sealed record RetentionDecision(RetainedBackup Backup, IReadOnlyList<string> Reasons);
