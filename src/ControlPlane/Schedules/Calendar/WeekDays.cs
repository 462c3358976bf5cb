using NodaTime;

namespace BackupEngine.ControlPlane.Schedules.Calendar;

/// <summary>The names of the days of the week.</summary>
internal static class WeekDays
{
    /// <summary>From Monday on.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>The name of a day.</summary>
    public static string NameOf(IsoDayOfWeek day) => Names[(int)day - 1];
}
