using BackupEngine.Chunkstore.Tests;
using BackupEngine.ControlPlane.Schedules.Calendar;
using BackupEngine.ControlPlane.Schedules.Retention;
using CsCheck;
using NodaTime;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>What is kept, for any backups, rules and zones, against a model that counts one rule at a time.</summary>
public sealed class RetentionChoicePropertyTests
{
    private const int Iterations = 1000;

    /// <summary>In a week of two years: 1 January 2027 is a Friday.</summary>
    private static readonly DateTime Now = new(2027, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    private static readonly Gen<DateTimeZone> Zones = Gen.OneOf(
        [.. new[] { "UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu" }
            .Select(TimeZoneNames.Require)]);

    private static readonly Gen<RetentionRules> Rules = Gen.Select(
        Gen.Int[0, 4].Array[6],
        Gen.OneOf((string?)null, null, "1h", "36h", "30d", "1y6m"),
        (counts, within) => new RetentionRules
        {
            KeepLast = counts[0],
            KeepHourly = counts[1],
            KeepDaily = counts[2],
            KeepWeekly = counts[3],
            KeepMonthly = counts[4],
            KeepYearly = counts[5],
            KeepWithin = within,
        }).Where(rules => !rules.KeepNothing);

    /// <summary>Minutes before now, some of them after it; close together and far apart.</summary>
    private static readonly Gen<RetainedBackup[]> Worlds = Gen.Select(
            Gen.OneOf(Gen.Int[-200, 200], Gen.Int[0, 20_000], Gen.Int[0, 2_000_000]), Gen.Int[0, 9], Gen.Guid)
        .Select((minutes, hold, id) => new RetainedBackup(id, Now.AddMinutes(-minutes), Protected: hold == 0))
        .Array[0, 40];

    [Fact]
    public void Kept_is_what_the_model_keeps()
    {
        Gen.Select(Worlds, Rules, Zones).Sample(
            (world, rules, zone) => Assert.Equal(Model(world, rules, zone), Kept(world, rules, zone)),
            iter: Iterations * Counts.Times);
        Counts.Report("choices of retention compared with a model", Iterations * Counts.Times);
    }

    [Fact]
    public void Removing_twice_removes_nothing_more() => Gen.Select(Worlds, Rules, Zones).Sample(
        (world, rules, zone) =>
        {
            var kept = Kept(world, rules, zone);
            Assert.Equal(kept, Kept([.. world.Where(backup => kept.Contains(backup.Id))], rules, zone));
        },
        iter: Iterations * Counts.Times);

    /// <summary>So a run that fails never leaves fewer good ones than keep_last says: retention never does.</summary>
    [Fact]
    public void Never_fewer_than_keep_last_are_left_and_never_none() => Gen.Select(Worlds, Rules, Zones).Sample(
        (world, rules, zone) =>
        {
            var free = world.Count(backup => !backup.Protected);
            var kept = Kept(world, rules, zone);
            var left = world.Count(backup => !backup.Protected && kept.Contains(backup.Id));
            Assert.True(left >= Math.Min(free, Math.Max(1, rules.KeepLast)));
        },
        iter: Iterations * Counts.Times);

    private static HashSet<Guid> Kept(RetainedBackup[] world, RetentionRules rules, DateTimeZone zone) =>
    [
        .. RetentionChoice.Decide(world, rules, zone, Now)
            .Where(decision => decision.Reasons.Count > 0).Select(decision => decision.Backup.Id),
    ];

    private static HashSet<Guid> Model(RetainedBackup[] world, RetentionRules rules, DateTimeZone zone)
    {
        var kept = world.Where(backup => backup.Protected).Select(backup => backup.Id).ToHashSet();
        var sorted = world.Where(backup => !backup.Protected).ToList();
        sorted.Sort((left, right) =>
            left.Time != right.Time ? right.Time.CompareTo(left.Time) : right.Id.CompareTo(left.Id));
        KeepLast(rules.KeepLast, time => time.Ticks.ToString("D20"), each: true);
        KeepLast(rules.KeepHourly, time => $"{Wall(time).Date} {Wall(time).Hour} {Offset(time)}");
        KeepLast(rules.KeepDaily, time => $"{Wall(time).Date}");
        KeepLast(rules.KeepWeekly, time => $"{MondayOf(Wall(time).Date)}");
        KeepLast(rules.KeepMonthly, time => $"{Wall(time).Year} {Wall(time).Month}");
        KeepLast(rules.KeepYearly, time => $"{Wall(time).Year}");
        KeepWithin();
        return kept;

        void KeepLast(int count, Func<DateTime, string> period, bool each = false)
        {
            var seen = new HashSet<string>();
            foreach (var backup in sorted)
            {
                if (seen.Count == count)
                    return;
                if (seen.Add(each ? $"{backup.Id}" : period(backup.Time)))
                    kept.Add(backup.Id);
            }
        }

        void KeepWithin()
        {
            if (rules.KeepWithin is null)
                return;
            var past = sorted.Where(backup => backup.Time <= Now).Select(backup => backup.Time).ToList();
            var reference = past.Count == 0 ? Now : past.Max();
            var limit = rules.KeepWithin switch
            {
                "1h" => reference.AddHours(-1),
                "36h" => reference.AddHours(-36),
                "30d" => reference.AddDays(-30),
                _ => reference.AddMonths(-18),
            };
            kept.UnionWith(sorted.Where(backup => backup.Time > limit).Select(backup => backup.Id));
        }

        LocalDateTime Wall(DateTime time) => Instant.FromDateTimeUtc(time).InZone(zone).LocalDateTime;

        Offset Offset(DateTime time) => zone.GetUtcOffset(Instant.FromDateTimeUtc(time));

        static LocalDate MondayOf(LocalDate date) => date.PlusDays(1 - (int)date.DayOfWeek);
    }
}
