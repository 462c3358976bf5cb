using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>Those who look after a repository, beside those who work in it.</summary>
public sealed class UpkeepInterleavingTests(ITestOutputHelper output)
{
    private const int FirstSeed = 20_260_101;

    [Fact]
    public Task The_index_is_made_again_beside_a_collector_and_a_writer() => AssertNothingIsLostAsync(
        new Story().Garbage("ABCD").Writer("one", "ABCD").Collector().Rebuild(), systematic: 20, random: 40);

    [Fact]
    public Task The_index_is_merged_beside_a_collector_and_a_writer() => AssertNothingIsLostAsync(
        Segments().Writer("one", "AEH").Collector().Merger(), systematic: 20, random: 50);

    [Fact]
    public Task Nothing_is_called_damaged_because_it_is_collected() => AssertNothingIsLostAsync(
        new Story().Before("old", "ABCD").Before("new", "CDEF").Deletion("old").Collector().Verification(),
        systematic: 40,
        random: 30);

    [Fact]
    public Task Nothing_is_called_damaged_because_a_segment_comes_late() => AssertNothingIsLostAsync(
        Segments().Merger().Collector().Verification(), systematic: 20, random: 40);

    /// <summary>It names packs that are gone, and nobody needs them.</summary>
    [Fact]
    public Task Nothing_is_called_damaged_because_a_segment_comes_very_late() => AssertNothingIsLostAsync(
        Segments().Merger().Collector().Verification(),
        "merger > rename tmp/* to index",
        "collector",
        "merger",
        "verification");

    [Fact]
    public Task Nothing_is_called_damaged_because_it_is_moved() => AssertNothingIsLostAsync(
        new Story().Sparse("ABCDEFGH", "A.......").Collector().Verification(), systematic: 40, random: 30);

    /// <summary>Enough segments for a merge.</summary>
    private static Story Segments()
    {
        var story = new Story();
        foreach (var letter in "ABCDEFGH")
        {
            story.Before($"b{letter}".ToLowerInvariant(), letter.ToString());
        }

        return story.Deleted("ba").Deleted("bh");
    }

    private async Task AssertNothingIsLostAsync(Story story, params string[] turns)
    {
        var exploration = await new Exploration(story).TurnsAsync(turns);
        output.WriteLine(exploration.ToString());
        Assert.True(exploration.Finding is null, exploration.Finding);
    }

    private async Task AssertNothingIsLostAsync(Story story, int systematic, int random)
    {
        var exploration = await new Exploration(story).SystematicAsync(preemptions: 1, systematic * Counts.Times);
        await exploration.RandomAsync(FirstSeed, random * Counts.Times);
        output.WriteLine(exploration.ToString());
        Counts.Report("interleavings", exploration.Runs, $"from seed {FirstSeed}");
        Assert.True(exploration.Finding is null, exploration.Finding);
    }
}
