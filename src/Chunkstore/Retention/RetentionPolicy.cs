using System.Globalization;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Retention;

/// <summary>Decides which backups stay. Changes nothing and asks no clock.</summary>
/// <remarks>
/// Each rule looks at all backups of a volume by itself, so one more rule, or a larger number, never removes more. The
/// newest backup of a volume is kept by every rule, so a volume never loses its last one. Deciding again about what
/// was kept keeps all of it.
/// </remarks>
public static class RetentionPolicy
{
    private static readonly (RetentionRule Rule, Func<RetentionRules, int> Count)[] Buckets =
    [
        (RetentionRule.Last, rules => rules.Last),
        (RetentionRule.Hourly, rules => rules.Hourly),
        (RetentionRule.Daily, rules => rules.Daily),
        (RetentionRule.Weekly, rules => rules.Weekly),
        (RetentionRule.Monthly, rules => rules.Monthly),
        (RetentionRule.Yearly, rules => rules.Yearly),
    ];

    /// <summary>Decides about backups of any volumes, each volume by itself; the answer is in the same order.</summary>
    /// <param name="backups">The backups.</param>
    /// <param name="holds">Protected ones are kept and not counted; those being deleted are not counted either.</param>
    /// <param name="rules">What is kept.</param>
    /// <param name="now">
    /// The present. A backup dated later is kept by <see cref="RetentionRules.Within"/> and is not what that rule
    /// counts back from: one wrong clock must not make all other backups old.
    /// </param>
    /// <exception cref="ArgumentException">The rules would keep nothing.</exception>
    public static IReadOnlyList<RetentionDecision> Decide(
        IReadOnlyList<Manifest> backups,
        IReadOnlyDictionary<BackupId, HoldState> holds,
        RetentionRules rules,
        DateTimeOffset now)
    {
        if (rules.KeepNothing)
        {
            throw new ArgumentException(
                "A rule set that keeps nothing is refused: it would remove the last backup of every volume.");
        }

        var reasons = backups.ToDictionary(backup => backup.BackupId, _ => new List<RetentionReason>());
        foreach (var backup in backups.Where(backup => StateOf(backup) == HoldState.Protected))
        {
            reasons[backup.BackupId].Add(new RetentionReason(RetentionRule.Protected, 1));
        }

        var counted = backups.Where(backup => StateOf(backup) == HoldState.Free);
        foreach (var volume in counted.GroupBy(backup => backup.VolumeId, StringComparer.Ordinal))
        {
            Keep([.. NewestFirst(volume)], rules, now, (backup, reason) => reasons[backup.BackupId].Add(reason));
        }

        return [.. backups.Select(backup => new RetentionDecision(backup, reasons[backup.BackupId]))];

        HoldState StateOf(Manifest backup) => holds.GetValueOrDefault(backup.BackupId);
    }

    private static IEnumerable<Manifest> NewestFirst(IEnumerable<Manifest> backups) => backups
        .OrderByDescending(backup => backup.CreatedAt)
        .ThenByDescending(backup => backup.BackupId.Value, StringComparer.Ordinal);

    private static void Keep(
        IReadOnlyList<Manifest> newestFirst,
        RetentionRules rules,
        DateTimeOffset now,
        Action<Manifest, RetentionReason> keep)
    {
        foreach (var (rule, count) in Buckets)
        {
            var newest = newestFirst.DistinctBy(backup => BucketOf(rule, backup, rules.TimeZone));
            foreach (var (number, backup) in newest.Take(count(rules)).Index())
            {
                keep(backup, new RetentionReason(rule, number + 1));
            }
        }

        if (!rules.Within.IsEmpty)
        {
            var reference = newestFirst.Select(backup => backup.CreatedAt).FirstOrDefault(time => time <= now, now);
            var limit = rules.Within.Before(reference);
            foreach (var (number, backup) in newestFirst.TakeWhile(backup => backup.CreatedAt > limit).Index())
            {
                keep(backup, new RetentionReason(RetentionRule.Within, number + 1));
            }
        }
    }

    /// <summary>Two backups of one bucket have the same text.</summary>
    private static string BucketOf(RetentionRule rule, Manifest backup, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(backup.CreatedAt, zone);
        return rule switch
        {
            RetentionRule.Last => backup.BackupId.Value,

            // With the offset: where clocks are set back, an hour comes twice and is two hours.
            RetentionRule.Hourly => Text(local, "yyyy-MM-dd HH zzz"),
            RetentionRule.Daily => Text(local, "yyyy-MM-dd"),
            RetentionRule.Weekly => string.Create(
                CultureInfo.InvariantCulture,
                $"{ISOWeek.GetYear(local.DateTime)}-W{ISOWeek.GetWeekOfYear(local.DateTime)}"),
            RetentionRule.Monthly => Text(local, "yyyy-MM"),
            _ => Text(local, "yyyy"),
        };
    }

    private static string Text(DateTimeOffset time, string format) =>
        time.ToString(format, CultureInfo.InvariantCulture);
}
