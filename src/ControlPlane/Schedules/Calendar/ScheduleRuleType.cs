namespace BackupEngine.ControlPlane.Schedules.Calendar;

/// <summary>The kinds of rules.</summary>
public static class ScheduleRuleType
{
    /// <summary>Every hour, at a minute.</summary>
    public const string Hourly = "hourly";

    /// <summary>Every day, at a time.</summary>
    public const string Daily = "daily";

    /// <summary>On days of every week, at a time.</summary>
    public const string Weekly = "weekly";

    /// <summary>On a day of every month, at a time.</summary>
    public const string Monthly = "monthly";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Hourly, Daily, Weekly, Monthly];
}
