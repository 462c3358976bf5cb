using NodaTime;
using NodaTime.Text;

namespace BackupEngine.ControlPlane.Schedules.Calendar;

/// <summary>Times of day as rules write them.</summary>
internal static class TimeOfDay
{
    private static readonly LocalTimePattern Minutes = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private static readonly LocalTimePattern Seconds = LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss");

    /// <summary>Reads <c>HH:MM</c> or <c>HH:MM:SS</c>; null for anything else.</summary>
    public static LocalTime? Find(string text)
    {
        var parsed = (text.Length == "HH:mm".Length ? Minutes : Seconds).Parse(text);
        return parsed.Success ? parsed.Value : null;
    }

    /// <summary>Reads one that was checked when it was written.</summary>
    public static LocalTime Require(string text) =>
        Find(text) ?? throw new FormatException($"'{text}' is not a time of day.");
}
