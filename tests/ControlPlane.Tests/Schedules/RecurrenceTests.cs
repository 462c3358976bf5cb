using System.Globalization;
using BackupEngine.ControlPlane.Schedules.Calendar;
using NodaTime;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>Due times on days on which clocks change, and at the ends of months.</summary>
public sealed class RecurrenceTests
{
    private static ScheduleRule Daily(string time) => new() { Type = ScheduleRuleType.Daily, Time = time };

    private static ScheduleRule Hourly(int minute) => new() { Type = ScheduleRuleType.Hourly, Minute = minute };

    private static ScheduleRule Monthly(int day, string time) =>
        new() { Type = ScheduleRuleType.Monthly, Day = day, Time = time };

    private static ScheduleRule Weekly(string time, params string[] days) =>
        new() { Type = ScheduleRuleType.Weekly, Time = time, Days = days };

    [Fact]
    public void A_time_that_does_not_exist_is_due_when_the_gap_ends() => MustBeDue(
        "Europe/Berlin", [Daily("02:30")], "2026-03-28T00:00:00Z",
        // 29 March: 02:00 becomes 03:00, at 01:00 UTC.
        "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");

    [Fact]
    public void A_time_that_comes_twice_is_due_the_first_time_only() => MustBeDue(
        "Europe/Berlin", [Daily("02:30")], "2026-10-24T00:00:00Z",
        // 25 October: 03:00 becomes 02:00, at 01:00 UTC.
        "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");

    [Fact]
    public void An_hour_that_comes_twice_is_due_twice_and_one_that_is_left_out_is_not()
    {
        MustBeDue(
            "Europe/Berlin", [Hourly(15)], "2026-10-24T23:50:00Z",
            "2026-10-25T00:15:00Z", "2026-10-25T01:15:00Z", "2026-10-25T02:15:00Z");
        MustBeDue(
            "Europe/Berlin", [Hourly(15)], "2026-03-28T23:50:00Z",
            "2026-03-29T00:15:00Z", "2026-03-29T01:15:00Z", "2026-03-29T02:15:00Z");
    }

    [Fact]
    public void Where_clocks_are_set_by_half_an_hour_the_minute_is_that_of_the_clock() => MustBeDue(
        "Australia/Lord_Howe", [Hourly(15)], "2026-10-03T14:00:00Z",
        // 4 October: 02:00 (+10:30) becomes 02:30 (+11:00), at 15:30 UTC; 02:15 is left out.
        "2026-10-03T14:45:00Z", "2026-10-03T16:15:00Z", "2026-10-03T17:15:00Z");

    [Fact]
    public void A_day_that_a_place_left_out_is_due_when_the_next_one_begins_and_once() => MustBeDue(
        "Pacific/Apia", [Daily("00:00")], "2011-12-29T00:00:00Z",
        // Samoa had no 30 December 2011.
        "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z", "2012-01-01T10:00:00Z");

    [Fact]
    public void A_day_that_a_month_lacks_is_its_last_day() => MustBeDue(
        "UTC", [Monthly(31, "05:00")], "2028-01-30T00:00:00Z",
        "2028-01-31T05:00:00Z", "2028-02-29T05:00:00Z", "2028-03-31T05:00:00Z", "2028-04-30T05:00:00Z");

    [Fact]
    public void A_week_begins_where_the_zone_is() => MustBeDue(
        "Asia/Tokyo", [Weekly("00:30", "monday", "thursday")], "2026-11-20T00:00:00Z",
        "2026-11-22T15:30:00Z", "2026-11-25T15:30:00Z", "2026-11-29T15:30:00Z");

    [Fact]
    public void Rules_that_meet_are_due_once() => MustBeDue(
        "UTC", [Daily("05:00"), Daily("05:00:00"), Weekly("05:00", "friday"), Hourly(0)], "2026-11-27T03:30:00Z",
        "2026-11-27T04:00:00Z", "2026-11-27T05:00:00Z", "2026-11-27T06:00:00Z");

    [Fact]
    public void What_was_missed_over_a_weekend_is_due_once_at_its_newest_time()
    {
        var recurrence = new Recurrence([Daily("02:30")], TimeZoneNames.Require("Europe/Berlin"));

        var due = DueTime.Of(recurrence, Utc("2026-03-28T01:30:00Z"), Utc("2026-03-30T06:00:00Z"));

        Assert.Equal(new DueTime(Utc("2026-03-30T00:30:00Z"), 2, Utc("2026-03-31T00:30:00Z")), due);
    }

    [Fact]
    public void What_was_missed_for_years_is_due_once()
    {
        var recurrence = new Recurrence([Monthly(31, "05:00")], DateTimeZone.Utc);

        var due = DueTime.Of(recurrence, Utc("2020-01-31T05:00:00Z"), Utc("2026-03-30T06:00:00Z"));

        Assert.Equal((Utc("2026-02-28T05:00:00Z"), Utc("2026-03-31T05:00:00Z")), (due.At, due.Next));
        Assert.True(due.Missed > 0);
    }

    [Fact]
    public void What_is_due_in_time_has_missed_nothing()
    {
        var recurrence = new Recurrence([Hourly(0)], DateTimeZone.Utc);

        var due = DueTime.Of(recurrence, Utc("2026-01-01T05:00:00Z"), Utc("2026-01-01T05:00:00Z"));

        Assert.Equal(new DueTime(Utc("2026-01-01T05:00:00Z"), 0, Utc("2026-01-01T06:00:00Z")), due);
    }

    private static void MustBeDue(string zone, ScheduleRule[] rules, string from, params string[] expected)
    {
        var recurrence = new Recurrence(rules, TimeZoneNames.Require(zone));
        var time = Utc(from);
        foreach (var due in expected)
        {
            time = recurrence.NextAfter(time);
            Assert.Equal(due, time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
    }

    private static DateTime Utc(string text) => DateTime.Parse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
}
