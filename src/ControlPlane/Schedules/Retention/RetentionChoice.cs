using System.Globalization;
using NodaTime;
using NodaTime.Calendars;

namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>
/// Decides which backups of one volume stay, as <c>prune</c> of the data plane does. Changes nothing and asks no clock.
/// Each rule looks at all backups by itself, so one more rule, or a larger number, never removes more; every rule
/// keeps the newest.
/// </summary>
internal static class RetentionChoice
{
    /// <summary>What keeps a backup that is protected.</summary>
    public const string Protected = "protected";

    /// <summary>Decides; the answer is in the order of the backups.</summary>
    /// <param name="backups">The backups of one volume.</param>
    /// <param name="rules">What is kept.</param>
    /// <param name="zone">Where hours, days, weeks, months and years begin.</param>
    /// <param name="now">
    /// The present, UTC: a backup dated later, from a wrong clock, is not what <c>keep_within</c> counts back from.
    /// </param>
    /// <exception cref="ArgumentException">The rules would keep nothing.</exception>
    public static IReadOnlyList<RetentionDecision> Decide(
        IReadOnlyList<RetainedBackup> backups, RetentionRules rules, DateTimeZone zone, DateTime now)
    {
        if (rules.KeepNothing)
            throw new ArgumentException("Rules that keep nothing are refused.", nameof(rules));
        var reasons = backups.ToDictionary(backup => backup.Id, _ => new List<string>());
        foreach (var backup in backups.Where(backup => backup.Protected))
            reasons[backup.Id].Add(Protected);
        RetainedBackup[] newestFirst =
        [
            .. backups.Where(backup => !backup.Protected)
                .OrderByDescending(backup => backup.Time).ThenByDescending(backup => backup.Id),
        ];
        foreach (var (name, count, bucketOf) in Buckets(rules, zone))
            Keep(name, newestFirst.DistinctBy(bucketOf).Take(count));
        Keep("within", Within(newestFirst, rules, now));
        return [.. backups.Select(backup => new RetentionDecision(backup, reasons[backup.Id]))];

        void Keep(string rule, IEnumerable<RetainedBackup> kept)
        {
            foreach (var (before, backup) in kept.Index())
                reasons[backup.Id].Add(string.Create(CultureInfo.InvariantCulture, $"{rule} {before + 1}"));
        }
    }

    /// <summary>Two backups of one bucket have the same key.</summary>
    private static (string Name, int Count, Func<RetainedBackup, object> BucketOf)[] Buckets(
        RetentionRules rules, DateTimeZone zone)
    {
        return
        [
            ("last", rules.KeepLast, backup => backup.Id),
            // With the offset: where clocks are set back, an hour comes twice and is two hours.
            ("hourly", rules.KeepHourly, backup => (Local(backup).Date, Local(backup).Hour, Local(backup).Offset)),
            ("daily", rules.KeepDaily, backup => Local(backup).Date),
            ("weekly", rules.KeepWeekly, backup => WeekOf(Local(backup).Date)),
            ("monthly", rules.KeepMonthly, backup => (Local(backup).Year, Local(backup).Month)),
            ("yearly", rules.KeepYearly, backup => Local(backup).Year),
        ];

        ZonedDateTime Local(RetainedBackup backup) => Instant.FromDateTimeUtc(backup.Time).InZone(zone);
    }

    private static (int Year, int Week) WeekOf(LocalDate date) =>
        (WeekYearRules.Iso.GetWeekYear(date), WeekYearRules.Iso.GetWeekOfWeekYear(date));

    private static IEnumerable<RetainedBackup> Within(
        RetainedBackup[] newestFirst, RetentionRules rules, DateTime now)
    {
        if (rules.KeepWithin is not { } text)
            return [];
        var period = RetentionPeriod.Find(text) ?? throw new FormatException($"'{text}' is not a duration.");
        var reference = newestFirst.Select(backup => backup.Time).FirstOrDefault(time => time <= now, now);
        var limit = period.Before(reference);
        return newestFirst.TakeWhile(backup => backup.Time > limit);
    }
}
