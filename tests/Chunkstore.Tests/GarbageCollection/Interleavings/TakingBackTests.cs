using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// A writer gives up and deletes packs that no segment names, while others end its session, make the index again from
/// the packs that are there, and rely on what that names.
/// </summary>
public sealed class TakingBackTests(ITestOutputHelper output)
{
    /// <summary>More than one pack holds.</summary>
    private const string Long = "ABCDEFGHIJKLMNOPQRST";

    private const int FirstSeed = 20_260_101;

    /// <summary>It sleeps just before it deletes its pack, and a collector waits for it in vain.</summary>
    private static readonly string[] AsleepBeforeDeleting =
    [
        "writer one",
        "writer one > unlink packs/*",
        "collector",
        "collector",
        "collector",
        "rebuild",
        "writer two",
        "writer one",
        "writer two",
    ];

    private static readonly string[] AsleepWithoutCollector =
        ["writer one", "writer one > unlink packs/*", "rebuild", "writer two", "writer one", "writer two"];

    /// <summary>Its record gets its other name while the directory is read: neither name is seen.</summary>
    private static readonly string[] RenamedWhileListed =
    [
        "writer one",
        "rebuild > list packs",
        "rebuild > list sessions",
        "rebuild > list sessions",
        "writer one > unlink packs/*",
        "rebuild",
        "writer two",
        "writer one",
        "writer two",
    ];

    [Theory]
    [InlineData("list packs")]
    [InlineData("list sessions")]
    public Task The_index_is_made_again_beside_it(string call) => AssertNothingIsLostAsync(
        GivingUp(), $"rebuild > {call}", "writer one", "rebuild", "writer two", "writer one", "writer two");

    /// <summary>Its session is gone, but its process is not: it wakes, and gives up.</summary>
    [Fact]
    public Task It_was_ended_before() => AssertNothingIsLostAsync(
        Collected(),
        "writer one",
        "collector",
        "collector",
        "collector",
        "rebuild",
        "writer two",
        "writer one",
        "writer two");

    [Fact]
    public Task It_cannot_be_ended_any_more() => AssertNothingIsLostAsync(Collected(), AsleepBeforeDeleting);

    [Fact]
    public Task Without_its_other_name_what_it_takes_back_is_lost() => AssertLostAsync(
        Collected().Breaks("writer one", BrokenRule.TakeBackRenames), AsleepBeforeDeleting);

    [Fact]
    public Task Its_other_name_is_known_to_those_who_make_the_index_again() =>
        AssertNothingIsLostAsync(GivingUp(), AsleepWithoutCollector);

    [Fact]
    public Task What_it_takes_back_is_lost_where_its_other_name_is_not_known() => AssertLostAsync(
        GivingUp().Breaks("rebuild", BrokenRule.LeaveTakenBack), AsleepWithoutCollector);

    [Fact]
    public Task Its_record_is_renamed_while_sessions_are_listed() =>
        AssertNothingIsLostAsync(GivingUp().ListsSlowly("rebuild"), RenamedWhileListed);

    [Fact]
    public Task What_it_takes_back_is_lost_where_sessions_are_listed_once() => AssertLostAsync(
        GivingUp().ListsSlowly("rebuild").Breaks("rebuild", BrokenRule.OwnersTwice), RenamedWhileListed);

    [Fact]
    public async Task In_no_order_anything_is_lost()
    {
        var story = new Story().Garbage("XYZ").GivingUp("one", Long).Collector().Rebuild().Writer("two", "ABCD");
        story.ListsSlowly("rebuild").Mortal("writer one");
        var exploration = await new Exploration(story).SystematicAsync(preemptions: 1, 15 * Counts.Times);
        await exploration.RandomAsync(FirstSeed, 25 * Counts.Times);
        output.WriteLine(exploration.ToString());
        Counts.Report("interleavings", exploration.Runs, $"from seed {FirstSeed}");
        Assert.True(exploration.Finding is null, exploration.Finding);
    }

    private static Story GivingUp() => new Story().Rebuild().GivingUp("one", Long).SlowWriter("two", "ABCD");

    private static Story Collected() =>
        new Story().Garbage("XYZ").GivingUp("one", Long).Collector().Rebuild().SlowWriter("two", "ABCD");

    private async Task AssertNothingIsLostAsync(Story story, params string[] turns)
    {
        var exploration = await new Exploration(story).TurnsAsync(turns);
        output.WriteLine(exploration.ToString());
        Assert.True(exploration.Finding is null, exploration.Finding);
    }

    private async Task AssertLostAsync(Story story, params string[] turns)
    {
        var exploration = await new Exploration(story).TurnsAsync(turns);
        output.WriteLine($"{exploration.Finding}");
        Assert.Contains("the pack is missing", exploration.Finding, StringComparison.Ordinal);
    }
}
