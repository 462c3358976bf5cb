using System.Globalization;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Retention;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Retention;

/// <summary>What each rule keeps. A backup is named by its time.</summary>
public sealed class RetentionPolicyTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01Z", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("last 2", "02-01T10 02-01T11 02-01T12", "02-01T11 02-01T12")]
    [InlineData("last 9", "02-01T10 02-01T11", "02-01T10 02-01T11")]
    [InlineData("hourly 2", "02-01T10:05 02-01T10:55 02-01T11:00 02-01T11:59", "02-01T10:55 02-01T11:59")]
    [InlineData("daily 2", "02-01T10 02-01T23 02-03T01 02-03T02", "02-01T23 02-03T02")]
    [InlineData("daily 1", "02-01T23:59:59 02-02T00:00:00", "02-02T00:00:00")]
    [InlineData("weekly 2", "01-04T12 01-05T12 01-11T23 01-12T00", "01-11T23 01-12T00")] // Mondays: 5th, 12th
    [InlineData("weekly 9", "2025-12-28T12 2025-12-29T12 01-01T12 01-04T12", "2025-12-28T12 01-04T12")] // 2026-W01
    [InlineData("monthly 2", "01-01T10 01-31T10 02-10T10 02-20T10", "01-31T10 02-20T10")]
    [InlineData("yearly 2", "2024-05-05T10 2025-01-01T10 2025-12-31T10 01-02T10", "2025-12-31T10 01-02T10")]
    [InlineData("within 2d", "02-01T10 02-02T09 02-02T11 02-04T10", "02-02T11 02-04T10")]
    [InlineData("within 2d", "02-02T10 02-04T10", "02-04T10")] // exactly two days before the newest is not within
    [InlineData("within 1m", "01-28T10 01-27T10 02-28T09", "01-28T10 02-28T09")]
    [InlineData("within 1d", "02-01T10 02-02T09 2031-01-01T10", "02-01T10 02-02T09 2031-01-01T10")] // a wrong clock
    [InlineData("last 1, daily 2", "02-01T10 02-02T10 02-02T11", "02-01T10 02-02T11")]
    [InlineData("daily 1, monthly 3", "2025-12-05T10 01-05T10 01-06T10 02-07T10", "2025-12-05T10 01-06T10 02-07T10")]
    public void A_rule_keeps_the_newest_of_each_of_its_buckets(string rules, string backups, string kept) =>
        Assert.Equal(kept.Split(' '), Kept(Parse(rules), Backups(backups)));

    [Fact]
    public void A_day_begins_where_the_time_zone_says()
    {
        var backups = Backups("02-01T22:30 02-01T23:30 02-02T10");
        var berlin = TimeZoneInfo.CreateCustomTimeZone("one hour ahead", TimeSpan.FromHours(1), null, null);
        var rules = new RetentionRules { Daily = 2 };
        Assert.Equal(["02-01T23:30", "02-02T10"], Kept(rules, backups));
        Assert.Equal(["02-01T22:30", "02-02T10"], Kept(rules with { TimeZone = berlin }, backups));
    }

    [Fact]
    public void Every_volume_is_looked_at_by_itself()
    {
        var backups = Backups("02-01T10 02-02T10", "a").Concat(Backups("02-03T10 02-04T10", "b")).ToList();
        Assert.Equal(["02-02T10", "02-04T10"], Kept(new RetentionRules { Last = 1 }, backups));
    }

    [Fact]
    public void Protected_ones_are_kept_and_do_not_count_and_what_is_being_deleted_does_not_count()
    {
        var backups = Backups("02-01T10 02-02T10 02-03T10 02-04T10");
        var holds = new Dictionary<BackupId, HoldState>
        {
            [backups[2].BackupId] = HoldState.Deleting,
            [backups[3].BackupId] = HoldState.Protected,
        };
        var decisions = RetentionPolicy.Decide(backups, holds, new RetentionRules { Last = 1 }, Now);
        Assert.Equal([false, true, false, true], decisions.Select(decision => decision.Keep));
        Assert.Equal(RetentionRule.Protected, Assert.Single(decisions[3].Reasons).Rule);
        Assert.Equal(new RetentionReason(RetentionRule.Last, 1), Assert.Single(decisions[1].Reasons));
    }

    [Fact]
    public void Rules_that_keep_nothing_are_refused() => Assert.Throws<ArgumentException>(
        () => RetentionPolicy.Decide([], new Dictionary<BackupId, HoldState>(), new RetentionRules(), Now));

    [Theory]
    [InlineData("1y6m", 18, 0)]
    [InlineData("2w3d4h", 0, 412)]
    [InlineData("30d", 0, 720)]
    public void A_period_is_numbers_with_units(string text, int months, int hours)
    {
        Assert.True(RetentionPeriod.TryParse(text, out var period));
        Assert.Equal(new RetentionPeriod(months, hours), period);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0d")]
    [InlineData("5")]
    [InlineData("d")]
    [InlineData("1d1y")]
    [InlineData("1d1d")]
    [InlineData("-1d")]
    [InlineData("99999999999d")]
    public void Anything_else_is_no_period(string text) => Assert.False(RetentionPeriod.TryParse(text, out _));

    internal static Manifest Backup(string id, DateTimeOffset time, string volume = "volume") => new()
    {
        BackupId = BackupId.Parse(id),
        VolumeId = volume,
        CreatedAt = time,
        Root = new TreeRoot(new TreeShape(4096, 4096), ChunkId.Zero),
        Statistics = new BackupStatistics
        {
            BytesRead = 0,
            ZeroBytes = 0,
            BytesUnchanged = 0,
            ChunksNew = 0,
            BytesNew = 0,
            BytesStored = 0,
            MetadataBytes = 0,
        },
    };

    private static List<Manifest> Backups(string times, string volume = "volume") =>
    [
        .. times.Split(' ').Select(text => Backup(
            text.Replace(':', '_'),
            DateTimeOffset.Parse(
                (text.StartsWith("20", StringComparison.Ordinal) ? "" : "2026-") + text
                + (text.Contains(':', StringComparison.Ordinal) ? "Z" : ":00Z"),
                CultureInfo.InvariantCulture),
            volume)),
    ];

    private static IEnumerable<string> Kept(RetentionRules rules, IReadOnlyList<Manifest> backups) =>
        from decision in RetentionPolicy.Decide(backups, new Dictionary<BackupId, HoldState>(), rules, Now)
        where decision.Keep
        select decision.Backup.BackupId.Value.Replace('_', ':');

    private static RetentionRules Parse(string text)
    {
        var rules = new RetentionRules();
        foreach (var part in text.Split(", "))
        {
            var (rule, value) = (part.Split(' ')[0], part.Split(' ')[1]);
            _ = int.TryParse(value, CultureInfo.InvariantCulture, out var count);
            _ = RetentionPeriod.TryParse(value, out var period);
            rules = rule switch
            {
                "last" => rules with { Last = count },
                "hourly" => rules with { Hourly = count },
                "daily" => rules with { Daily = count },
                "weekly" => rules with { Weekly = count },
                "monthly" => rules with { Monthly = count },
                "yearly" => rules with { Yearly = count },
                _ => rules with { Within = period },
            };
        }

        return rules;
    }
}
