using System.Diagnostics.Metrics;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>What the schedules count.</summary>
public static class ScheduleTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "BackupEngine.Schedules";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Due = Meter.CreateCounter<long>(
        "backupengine.schedules.runs_due", "{run}", "Runs of backup policies that came due.");

    private static readonly Counter<long> Late = Meter.CreateCounter<long>(
        "backupengine.schedules.runs_late", "{run}", "Of these, such as were caught up.");

    private static readonly Counter<long> Ended = Meter.CreateCounter<long>(
        "backupengine.schedules.runs_ended", "{run}", "Runs that ended, by their status: succeeded, failed, skipped.");

    private static readonly Counter<long> Removed = Meter.CreateCounter<long>(
        "backupengine.schedules.backups_removed", "{backup}", "Backups that the retention of policies removed.");

    /// <summary>Runs came due.</summary>
    public static void CountDue(int runs, bool late)
    {
        Due.Add(runs);
        if (late)
            Late.Add(runs);
    }

    /// <summary>A run ended.</summary>
    /// <param name="status">How.</param>
    public static void CountEnded(string status) =>
        Ended.Add(1, new KeyValuePair<string, object?>("status", status));

    /// <summary>Retention has begun to remove a backup.</summary>
    public static void CountRemoved() => Removed.Add(1);
}
