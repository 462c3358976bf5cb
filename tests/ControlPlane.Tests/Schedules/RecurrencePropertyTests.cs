using System.Globalization;
using BackupEngine.Chunkstore.Tests;
using BackupEngine.ControlPlane.Schedules.Calendar;
using CsCheck;
using NodaTime;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>
/// What is due, for any rules in any zone, against a model that only reads the clock on the wall: it goes from minute
/// to minute and knows nothing of offsets, gaps or transitions.
/// </summary>
public sealed class RecurrencePropertyTests
{
    private const int Iterations = 300;
    private const int Days = 4;

    private static readonly Gen<DateTimeZone> Zones =
        Gen.OneOf([.. DateTimeZoneProviders.Tzdb.Ids.Select(TimeZoneNames.Require)]);

    /// <summary>Mostly at night, when clocks are changed.</summary>
    private static readonly Gen<string> Times = Gen.Select(
        Gen.Frequency((1, Gen.Int[0, 23]), (3, Gen.Int[0, 3])), Gen.Int[0, 59]).Select(
        time => string.Create(CultureInfo.InvariantCulture, $"{time.Item1:00}:{time.Item2:00}"));

    private static readonly Gen<ScheduleRule> Rules = Gen.OneOf(
        Gen.Int[0, 59].Select(minute => new ScheduleRule { Type = ScheduleRuleType.Hourly, Minute = minute }),
        Times.Select(time => new ScheduleRule { Type = ScheduleRuleType.Daily, Time = time }),
        Gen.Select(Times, Gen.Shuffle(WeekDays.Names.ToArray(), 1, 3)).Select(rule => new ScheduleRule
        {
            Type = ScheduleRuleType.Weekly,
            Time = rule.Item1,
            Days = rule.Item2,
        }),
        Gen.Select(Times, Gen.Int[1, 31]).Select(rule => new ScheduleRule
        {
            Type = ScheduleRuleType.Monthly,
            Time = rule.Item1,
            Day = rule.Item2,
        }));

    /// <summary>A minute of the years 2000 to 2036, mostly within two days of a change of the zone's clocks.</summary>
    private static Gen<Instant> Starts(DateTimeZone zone)
    {
        var any = Gen.Long[0, 36L * 365 * 24 * 60].Select(
            minutes => Instant.FromUtc(2000, 1, 1, 0, 0) + Duration.FromMinutes(minutes));
        return Gen.Select(any, Gen.Int[0, 2 * 24 * 60], Gen.Int[0, 3]).Select((at, before, far) =>
        {
            var interval = zone.GetZoneInterval(at);
            return far == 0 || !interval.HasEnd || interval.End > Instant.FromUtc(2037, 1, 1, 0, 0)
                ? at
                : Instant.FromUnixTimeSeconds((interval.End.ToUnixTimeSeconds() / 60 - before) * 60);
        });
    }

    [Fact]
    public void Due_are_exactly_the_minutes_at_which_the_clock_on_the_wall_says_so()
    {
        Zones.SelectMany(zone => Gen.Select(Starts(zone), Rules.Array[1, 4], (start, rules) => (zone, start, rules)))
            .Sample(
                world =>
                {
                    var recurrence = new Recurrence(world.rules, world.zone);
                    var end = world.start + Duration.FromDays(Days);
                    var expected = Model(world.rules, world.zone, world.start, end);
                    Assert.Equal(expected, From(recurrence, world.start, end));
                },
                iter: Iterations * Counts.Times,
                print: world => $"{world.zone} {world.start} {string.Join("; ", world.rules.Select(Text))}");
        Counts.Report("due times of backup policies compared with a model, histories", Iterations * Counts.Times);
    }

    [Fact]
    public void Whatever_moment_is_asked_for_the_next_due_time_is_later_and_no_other_is_between()
    {
        Zones.SelectMany(zone => Gen.Select(
                Starts(zone), Rules.Array[1, 4], Gen.Long[1, 40L * 24 * 3600],
                (start, rules, seconds) => (zone, start, rules, seconds)))
            .Sample(
                world =>
                {
                    var recurrence = new Recurrence(world.rules, world.zone);
                    var start = world.start.ToDateTimeUtc();
                    var next = recurrence.NextAfter(start);
                    var between = start.AddSeconds(world.seconds);
                    Assert.True(next > start);
                    // Asked for any moment before it, the next one is the same.
                    Assert.True(between >= next || recurrence.NextAfter(between) == next);
                    Assert.True(between < next || recurrence.NextAfter(between) > next);
                },
                iter: Iterations * Counts.Times);
    }

    private static List<DateTime> From(Recurrence recurrence, Instant start, Instant end)
    {
        var due = new List<DateTime>();
        var time = recurrence.NextAfter(start.ToDateTimeUtc());
        while (time <= end.ToDateTimeUtc())
        {
            due.Add(time);
            time = recurrence.NextAfter(time);
        }

        return due;
    }

    /// <summary>
    /// A minute is due if the wall shows a rule's time, and has not shown it before; or if what it did not show, since
    /// it jumped over it, was the time of a rule.
    /// </summary>
    private static List<DateTime> Model(ScheduleRule[] rules, DateTimeZone zone, Instant start, Instant end)
    {
        var due = new List<DateTime>();
        for (var time = start + Duration.FromMinutes(1); time <= end; time += Duration.FromMinutes(1))
        {
            var wall = time.InZone(zone).LocalDateTime;
            var before = (time - Duration.FromMinutes(1)).InZone(zone).LocalDateTime;
            if (rules.Any(rule => IsDue(rule, zone, time, wall, before)))
                due.Add(time.ToDateTimeUtc());
        }

        return due;
    }

    private static bool IsDue(
        ScheduleRule rule, DateTimeZone zone, Instant time, LocalDateTime wall, LocalDateTime before)
    {
        if (rule.Type == ScheduleRuleType.Hourly)
            return wall.Minute == rule.Minute;
        for (var shown = before.PlusMinutes(1); shown < wall; shown = shown.PlusMinutes(1))
        {
            if (Shows(rule, shown))
                return true;
        }

        return Shows(rule, wall) && !WasShownBefore(zone, time, wall);
    }

    private static bool WasShownBefore(DateTimeZone zone, Instant time, LocalDateTime wall)
    {
        for (var hours = 1; hours <= 25 * 4; hours++)
        {
            if ((time - Duration.FromMinutes(hours * 15)).InZone(zone).LocalDateTime == wall)
                return true;
        }

        return false;
    }

    private static bool Shows(ScheduleRule rule, LocalDateTime wall) =>
        wall.TimeOfDay.ToString("HH:mm", CultureInfo.InvariantCulture) == rule.Time
        && wall.TimeOfDay.Second == 0
        && rule.Type switch
        {
            ScheduleRuleType.Weekly => rule.Days!.Contains(
                wall.DayOfWeek.ToString().ToLowerInvariant(), StringComparer.Ordinal),
            ScheduleRuleType.Monthly => wall.Day == rule.Day
                || (wall.Day < rule.Day && wall.Date.PlusDays(1).Month != wall.Month),
            _ => true,
        };

    private static string Text(ScheduleRule rule) =>
        $"{rule.Type} {rule.Minute} {rule.Time} {rule.Day} {string.Join(',', rule.Days ?? [])}";
}
