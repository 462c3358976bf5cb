using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// The real collector beside real writers, readers and deletions, in every order that there is time for. That these
/// would find what is wrong is shown by participants that do not keep a rule: each of them is found.
/// </summary>
public sealed class CollectionInterleavingTests(ITestOutputHelper output)
{
    private const int FirstSeed = 20_260_101;

    [Fact]
    public Task Writers_that_meet_garbage() => AssertNothingIsLostAsync(Garbage().Mortal("writer one"));

    [Fact]
    public Task A_parent_is_deleted_while_it_is_built_upon() =>
        AssertNothingIsLostAsync(Parent().Mortal("writer one"));

    [Fact]
    public Task A_backup_is_deleted_while_it_is_read() => AssertNothingIsLostAsync(Reader());

    [Fact]
    public Task Two_collectors_of_which_one_may_die() =>
        AssertNothingIsLostAsync(Garbage().Collector("other collector").Mortal("other collector"));

    [Fact]
    public Task Partly_dead_packs_are_copied_forward_while_their_backup_is_built_upon() => AssertNothingIsLostAsync(
        new Story().Sparse("ABCDEFGH", "A.......").Writer("one", "AB......", parent: "sparse").Collector());

    /// <summary>A root goes from one backup to the next while the collector lists.</summary>
    [Fact]
    public Task Backups_on_top_of_each_other_each_deleted_by_its_successor() => AssertNothingIsLostAsync(Chain());

    /// <summary>
    /// Where looking begins is where something was found before: it goes on far beyond if that has changed.
    /// </summary>
    [Theory]
    [InlineData(nameof(BrokenRule.RegisterBeforeReading), "writer one", 20_260_179)]
    [InlineData(nameof(BrokenRule.ExcludeCondemned), "writer one", 20_260_105)]
    [InlineData(nameof(BrokenRule.Vetoes), "writer one", 20_260_480)]
    [InlineData(nameof(BrokenRule.ExistenceCheck), "writer one", 20_260_499)]
    [InlineData(nameof(BrokenRule.Ticket), "writer one", 20_261_488)]
    [InlineData(nameof(BrokenRule.WaitForAcks), "collector", 20_260_179)]
    [InlineData(nameof(BrokenRule.MarkAgain), "collector", 20_260_108)]
    [InlineData(nameof(BrokenRule.DoneLast), "collector", 20_261_225)]
    public Task Garbage_that_is_used_again_is_lost_without(string rule, string who, int firstSeed) =>
        AssertLostAsync(Garbage(), who, rule, firstSeed);

    [Theory]
    [InlineData(nameof(BrokenRule.CheckPinnedBackup), "writer one", 20_261_285)]
    [InlineData(nameof(BrokenRule.Pins), "writer one", 20_261_564)]
    public Task A_parent_that_is_deleted_is_lost_without(string rule, string who, int firstSeed) =>
        AssertLostAsync(Parent(), who, rule, firstSeed);

    [Theory]
    [InlineData(nameof(BrokenRule.CheckPinnedBackup), "reader old", 20_262_361)]
    [InlineData(nameof(BrokenRule.Pins), "reader old", 20_260_177)]
    public Task What_is_read_is_lost_without(string rule, string who, int firstSeed) =>
        AssertLostAsync(Reader(), who, rule, firstSeed);

    [Theory]
    [InlineData(nameof(BrokenRule.AckBeforeCommit), "writer two", 20_264_419)]
    [InlineData(nameof(BrokenRule.AcksStay), "writer two", 20_260_332)]
    public Task A_root_escapes_the_listings_without(string rule, string who, int firstSeed) =>
        AssertLostAsync(Chain(), who, rule, firstSeed);

    private static Story Garbage() => new Story().Garbage("ABCD").Writer("one", "ABCD").Collector();

    private static Story Parent() =>
        new Story().Before("old", "ABCD").Writer("one", "ABCD", parent: "old").Deletion("old").Collector();

    private static Story Reader() => new Story().Before("old", "ABCD").Reader("old").Deletion("old").Collector();

    private static Story Chain() => new Story()
        .Garbage("ABCD")
        .Writer("one", "ABCD")
        .Successor("two", "ABCD", parent: "one")
        .Collector();

    private async Task AssertNothingIsLostAsync(Story story)
    {
        var exploration = new Exploration(story);
        await exploration.RandomAsync(FirstSeed, 50 * Counts.Times);
        await exploration.SystematicAsync(preemptions: 1, 40 * Counts.Times);
        await exploration.SystematicAsync(preemptions: 2, 20 * Counts.Times);
        output.WriteLine(exploration.ToString());
        Counts.Report("interleavings", exploration.Runs, $"from seed {FirstSeed}");
        Assert.True(exploration.Finding is null, exploration.Finding);
    }

    private async Task AssertLostAsync(Story story, string who, string rule, int firstSeed)
    {
        story.Breaks(who, Enum.Parse<BrokenRule>(rule));
        var exploration = await new Exploration(story).RandomAsync(firstSeed, 10_000);
        output.WriteLine($"without {rule}: {exploration.Runs} runs, {exploration.Finding}");
        Assert.True(exploration.Finding is not null, $"Without {rule} nothing was lost in {exploration}");
    }
}
