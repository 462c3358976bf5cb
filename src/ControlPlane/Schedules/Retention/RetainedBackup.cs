namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>A good backup that retention decides about.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Time">The point in time that its data are of, UTC.</param>
/// <param name="Protected">Whether it is kept whatever the rules say; then no rule counts it.</param>
internal sealed record RetainedBackup(Guid Id, DateTime Time, bool Protected);
