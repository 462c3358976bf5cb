using NodaTime;
using NodaTime.TimeZones;

namespace BackupEngine.ControlPlane.Schedules.Calendar;

/// <summary>
/// Time zones by their IANA names. They are those of the program, not of the host: every host of a version agrees on
/// every due time.
/// </summary>
internal static class TimeZoneNames
{
    /// <summary>The zone of a name; null where there is none.</summary>
    public static DateTimeZone? Find(string name) => DateTimeZoneProviders.Tzdb.Ids.Contains(name)
        ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(name)
        : null;

    /// <summary>The zone of a name that was checked when it was written.</summary>
    /// <exception cref="DateTimeZoneNotFoundException">A newer program knew it.</exception>
    public static DateTimeZone Require(string name) => DateTimeZoneProviders.Tzdb[name];
}
