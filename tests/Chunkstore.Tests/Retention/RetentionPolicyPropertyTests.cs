using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Retention;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Retention;

/// <summary>What holds for any backups and any rules.</summary>
public sealed class RetentionPolicyPropertyTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<RetentionRules> Rules = Gen.Select(
        Gen.Int[0, 4].Array[6],
        Gen.Int[0, 3],
        Gen.Int[0, 100],
        (counts, months, hours) => new RetentionRules
        {
            Last = counts[0],
            Hourly = counts[1],
            Daily = counts[2],
            Weekly = counts[3],
            Monthly = counts[4],
            Yearly = counts[5],
            Within = new RetentionPeriod(months, hours),
        }).Where(rules => !rules.KeepNothing);

    /// <summary>Minutes before now, some of them after it; close together and far apart.</summary>
    private static readonly Gen<(List<Manifest> Backups, Dictionary<BackupId, HoldState> Holds)> Worlds = Gen.Select(
            Gen.OneOf(Gen.Int[-200, 200], Gen.Int[0, 20_000], Gen.Int[0, 2_000_000]),
            Gen.Int[0, 1],
            Gen.Int[0, 9])
        .Array[0, 60].Select(World);

    [Fact]
    public void One_more_rule_or_a_larger_number_never_removes_more() => Gen.Select(Worlds, Rules, Rules)
        .Sample((world, rules, more) => Assert.Subset(Kept(world, Sum(rules, more)), Kept(world, rules)), iter: 2000);

    [Fact]
    public void Pruning_twice_removes_nothing_more() => Gen.Select(Worlds, Rules).Sample(
        (world, rules) =>
        {
            var kept = Kept(world, rules);
            var left = world.Backups.Where(backup => kept.Contains(backup.BackupId)).ToList();
            Assert.Equal(kept, Kept((left, world.Holds), rules));
        },
        iter: 2000);

    [Fact]
    public void The_newest_of_every_volume_and_all_protected_ones_are_kept() => Gen.Select(Worlds, Rules).Sample(
        (world, rules) =>
        {
            var kept = Kept(world, rules);
            var free = world.Backups.Where(backup => !world.Holds.ContainsKey(backup.BackupId));
            Assert.All(
                free.GroupBy(backup => backup.VolumeId),
                volume => Assert.Contains(volume.MaxBy(backup => backup.CreatedAt)!.CreatedAt, Times(world, kept)));
            Assert.All(
                world.Holds.Where(hold => hold.Value == HoldState.Protected), hold => Assert.Contains(hold.Key, kept));
        },
        iter: 2000);

    private static IEnumerable<DateTimeOffset> Times(
        (List<Manifest> Backups, Dictionary<BackupId, HoldState> Holds) world, HashSet<BackupId> kept) =>
        world.Backups.Where(backup => kept.Contains(backup.BackupId)).Select(backup => backup.CreatedAt);

    private static (List<Manifest> Backups, Dictionary<BackupId, HoldState> Holds) World(
        (int Minutes, int Volume, int Hold)[] items)
    {
        var backups = items.Index().Select(item => RetentionPolicyTests.Backup(
            $"b{item.Index}", Now.AddMinutes(-item.Item.Minutes), $"v{item.Item.Volume}")).ToList();
        var holds = new Dictionary<BackupId, HoldState>();
        foreach (var (index, item) in items.Index().Where(item => item.Item.Hold < 2))
        {
            holds[backups[index].BackupId] = item.Hold == 0 ? HoldState.Protected : HoldState.Deleting;
        }

        return (backups, holds);
    }

    private static HashSet<BackupId> Kept(
        (List<Manifest> Backups, Dictionary<BackupId, HoldState> Holds) world, RetentionRules rules) =>
    [
        .. RetentionPolicy.Decide(world.Backups, world.Holds, rules, Now)
            .Where(decision => decision.Keep).Select(decision => decision.Backup.BackupId),
    ];

    private static RetentionRules Sum(RetentionRules left, RetentionRules right) => new()
    {
        Last = left.Last + right.Last,
        Hourly = left.Hourly + right.Hourly,
        Daily = left.Daily + right.Daily,
        Weekly = left.Weekly + right.Weekly,
        Monthly = left.Monthly + right.Monthly,
        Yearly = left.Yearly + right.Yearly,
        Within = new RetentionPeriod(left.Within.Months + right.Within.Months, left.Within.Hours + right.Within.Hours),
    };
}
