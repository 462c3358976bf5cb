using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>
/// Every state of the protocol for a few participants. The counts are exact: a model that lost steps by a change would
/// still be safe.
/// </summary>
public sealed class ProtocolModelTests(ITestOutputHelper output)
{
    private static readonly ProtocolScope OneWriter = new() { Writers = 1 };
    private static readonly ProtocolScope TwoWriters = new() { Writers = 2 };
    private static readonly ProtocolScope GivingUp =
        TwoWriters with { Collectors = 0, StartsEmpty = true, Fences = true, Rebuilds = true };

    /// <summary>Scopes with all rules, and how many states they have.</summary>
    private static readonly Dictionary<string, (ProtocolScope Scope, int States)> Scopes = new()
    {
        ["two writers with parents"] = (TwoWriters with { HasBackup = true }, 521_361),
        ["a reader"] = (OneWriter with { HasBackup = true, Readers = 1 }, 20_877),
        ["two collectors, two generations"] = (OneWriter with { Collectors = 2, Generations = 2 }, 208_843),
        ["two collectors, a reader"] = (OneWriter with { Collectors = 2, HasBackup = true, Readers = 1 }, 536_011),
        ["late segments"] = (OneWriter with { Generations = 2, Mergers = 1, StoresKnown = true }, 79_016),
        ["the index made again beside writers that give up"] = (GivingUp, 75_132),
    };

    /// <summary>The same for minutes rather than seconds.</summary>
    private static readonly Dictionary<string, (ProtocolScope Scope, int States)> LongScopes = new()
    {
        ["two writers, a reader"] = (TwoWriters with { HasBackup = true, Readers = 1 }, 3_753_223),
        ["two writers, two generations"] = (TwoWriters with { Generations = 2 }, 3_005_731),
        ["two writers with packs of their own"] = (TwoWriters with { StoresKnown = true }, 3_177_946),
        ["two collectors, three generations"] = (OneWriter with { Collectors = 2, Generations = 3 }, 552_324),
        ["two writers, two collectors"] = (TwoWriters with { Collectors = 2 }, 5_077_277),
        ["copies, two collectors"] = (OneWriter with { Collectors = 2, Copies = true, HasBackup = true }, 8_442_356),
        ["the index made again, a collector"] =
            (GivingUp with { Collectors = 1, StartsEmpty = false, Fences = false }, 6_626_057),
        ["copies, late segments, two generations"] =
            (OneWriter with { Copies = true, HasBackup = true, Generations = 2, Mergers = 1 }, 1_375_974),
    };

    public static TheoryData<string> ScopeNames => [.. Scopes.Keys.Concat(Counts.Times > 1 ? LongScopes.Keys : [])];

    [Theory]
    [MemberData(nameof(ScopeNames))]
    public void With_all_rules_nothing_is_lost(string name)
    {
        var (scope, states) = Scopes.TryGetValue(name, out var known) ? known : LongScopes[name];
        var exploration = Explorer.Explore(new ProtocolModel(scope));
        output.WriteLine($"{name}: {exploration}");
        Counts.Report("protocol states", exploration.States, name);
        Assert.True(exploration.IsSafe, exploration.ToString());
        Assert.Equal(states, exploration.States);
    }

    [Theory]
    [InlineData(nameof(ProtocolRule.RegisterBeforeReading))]
    [InlineData(nameof(ProtocolRule.ExcludeCondemned))]
    [InlineData(nameof(ProtocolRule.VetoHits))]
    [InlineData(nameof(ProtocolRule.LanesAtRest))]
    [InlineData(nameof(ProtocolRule.ExistenceCheck))]
    [InlineData(nameof(ProtocolRule.LanesWaitForCheck))]
    [InlineData(nameof(ProtocolRule.Ticket))]
    [InlineData(nameof(ProtocolRule.TicketBeforeRecord))]
    [InlineData(nameof(ProtocolRule.WaitForAcks))]
    [InlineData(nameof(ProtocolRule.MarkAgain))]
    [InlineData(nameof(ProtocolRule.DoneLast))]
    public void One_writer_is_enough_to_lose_data_without(string rule) =>
        AssertViolated(rule, OneWriter with { MarksFirst = true });

    [Theory]
    [InlineData(nameof(ProtocolRule.CheckPinnedBackup))]
    [InlineData(nameof(ProtocolRule.Pins))]
    public void A_backup_that_is_deleted_while_it_is_used_is_lost_without(string rule) =>
        AssertViolated(rule, OneWriter with { MarksFirst = true, HasBackup = true, Readers = 1 });

    [Theory]
    [InlineData(nameof(ProtocolRule.TicketBeforeRegistering))]
    [InlineData(nameof(ProtocolRule.VetoOwnPacks))]
    [InlineData(nameof(ProtocolRule.MarkExistingPacks))]
    public void Packs_that_come_or_go_beside_a_mark_lose_data_without(string rule) => AssertViolated(
        rule, OneWriter with { MarksFirst = true, Generations = 2, Mergers = 1, StoresKnown = true });

    /// <summary>What a writer takes back when somebody has found it.</summary>
    [Theory]
    [InlineData(nameof(ProtocolRule.TakeBackRenames))]
    [InlineData(nameof(ProtocolRule.LeaveTakenBack))]
    [InlineData(nameof(ProtocolRule.PacksBeforeOwners))]
    [InlineData(nameof(ProtocolRule.OwnersTwice))]
    public void A_pack_that_is_taken_back_is_lost_without(string rule) => AssertViolated(rule, GivingUp);

    /// <summary>A root that one session hands to the next while the collector lists.</summary>
    [Theory]
    [InlineData(nameof(ProtocolRule.AckBeforeCommit))]
    [InlineData(nameof(ProtocolRule.AcksStay))]
    [InlineData(nameof(ProtocolRule.SessionsAfterManifests))]
    public void A_root_escapes_the_listings_without(string rule) =>
        AssertViolated(rule, TwoWriters with { MarksFirst = true });

    [Theory]
    [InlineData(nameof(ProtocolRule.OneVerdict))]
    [InlineData(nameof(ProtocolRule.VerdictNameStays))]
    [InlineData(nameof(ProtocolRule.OneOpenGeneration))]
    [InlineData(nameof(ProtocolRule.JudgeWhatWasWaitedFor))]
    public void A_stale_collector_loses_data_without(string rule) =>
        AssertViolated(rule, OneWriter with { Collectors = 2, Generations = 2, HasBackup = true });

    /// <summary>What the other rules make needless is known to be so, and stays cheap to keep.</summary>
    [Theory]
    [InlineData(nameof(ProtocolRule.StateBeforeIndex))]
    [InlineData(nameof(ProtocolRule.BitBeforeCheck))]
    public void Nothing_is_lost_without(string rule)
    {
        var scope = OneWriter with { Generations = 2, Mergers = 1, StoresKnown = true };
        var exploration = Explorer.Explore(new ProtocolModel(scope.Without(Enum.Parse<ProtocolRule>(rule))));
        Assert.True(exploration.IsSafe, exploration.ToString());
    }

    [Fact]
    public void Every_rule_is_taken_out_by_one_of_these_tests()
    {
        var rules = GetType().GetMethods()
            .SelectMany(method => method.GetCustomAttributes(inherit: false).OfType<InlineDataAttribute>())
            .SelectMany(attribute => attribute.Data)
            .Aggregate(ProtocolRule.None, (sum, rule) => sum | Enum.Parse<ProtocolRule>((string)rule!));
        Assert.Equal(ProtocolRule.All, rules);
    }

    private void AssertViolated(string rule, ProtocolScope scope)
    {
        var exploration = Explorer.Explore(new ProtocolModel(scope.Without(Enum.Parse<ProtocolRule>(rule))));
        Assert.False(exploration.IsSafe, $"Without {rule} nothing was lost: {exploration}");
        output.WriteLine($"without {rule}: {exploration}");
    }
}
