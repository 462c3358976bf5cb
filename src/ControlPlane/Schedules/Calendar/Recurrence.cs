using NodaTime;
using NodaTime.TimeZones;

namespace BackupEngine.ControlPlane.Schedules.Calendar;

/// <summary>
/// The due times of a set of rules in a time zone. Where clocks are set forward, a time of day that does not exist is
/// due when the gap ends; where they are set back, one that comes twice is due the first time. An hourly rule follows
/// the clock: an hour that comes twice is due twice, one that is left out is not.
/// </summary>
internal sealed class Recurrence(IReadOnlyList<ScheduleRule> rules, DateTimeZone zone)
{
    /// <summary>
    /// A day is looked at that begins so many days earlier: places have moved across the date line, which skips a day.
    /// </summary>
    private const int MarginDays = 2;

    private static readonly ZoneLocalMappingResolver Resolver =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>The first due time after a time; both UTC.</summary>
    public DateTime NextAfter(DateTime time)
    {
        var after = Instant.FromDateTimeUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc));
        return rules.Min(rule => NextAfter(rule, after)).ToDateTimeUtc();
    }

    private Instant NextAfter(ScheduleRule rule, Instant after) =>
        rule.Type == ScheduleRuleType.Hourly ? NextHour(rule.Minute ?? 0, after) : NextDay(rule, after);

    private Instant NextHour(int minute, Instant after)
    {
        var earliest = after + Duration.FromNanoseconds(1);
        while (true)
        {
            var interval = zone.GetZoneInterval(earliest);
            var local = earliest.WithOffset(interval.WallOffset).LocalDateTime;
            var due = local.Date + new LocalTime(local.Hour, minute);
            var next = (due < local ? due.PlusHours(1) : due).WithOffset(interval.WallOffset).ToInstant();
            if (!interval.HasEnd || next < interval.End)
                return next;
            earliest = interval.End;
        }
    }

    private Instant NextDay(ScheduleRule rule, Instant after)
    {
        var time = TimeOfDay.Require(rule.Time!);
        for (var date = after.InZone(zone).Date.PlusDays(-MarginDays); ; date = date.PlusDays(1))
        {
            if (!IsOn(rule, date))
                continue;
            var due = zone.ResolveLocal(date + time, Resolver).ToInstant();
            if (due > after)
                return due;
        }
    }

    private static bool IsOn(ScheduleRule rule, LocalDate date) => rule.Type switch
    {
        ScheduleRuleType.Weekly => rule.Days!.Contains(WeekDays.NameOf(date.DayOfWeek), StringComparer.Ordinal),
        ScheduleRuleType.Monthly =>
            date.Day == Math.Min(rule.Day!.Value, date.Calendar.GetDaysInMonth(date.Year, date.Month)),
        _ => true,
    };
}
