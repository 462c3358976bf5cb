using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>Backups that are gone on with, and copies, beside collectors.</summary>
public sealed class ContinuationInterleavingTests(ITestOutputHelper output)
{
    private const int FirstSeed = 20_260_101;

    /// <summary>What a checkpoint names is kept, and is not relied on where it is gone.</summary>
    [Fact]
    public Task A_backup_is_gone_on_with_beside_a_collector() => AssertNothingIsLostAsync(
        new Story().Garbage("XYZ").Interrupted("one", "ABCD").Resumed("one", "ABCD").Collector(),
        systematic: 20, random: 30);

    [Fact]
    public Task A_backup_is_gone_on_with_beside_a_collector_that_removes_its_checkpoints() => AssertNothingIsLostAsync(
        new Story().Interrupted("one", "ABCD").Resumed("one", "ABCD").Writer("two", "CDEF").Forgetful(),
        systematic: 30,
        random: 40);

    [Fact]
    public Task Backups_are_copied_beside_a_collector_of_the_source() => AssertNothingIsLostAsync(
        Copied().Deletion("old").Collector().Copies("old", "new"), systematic: 20, random: 40);

    /// <summary>
    /// The base of a copy is a backup of the source as well, and is read: it goes before the copy pins it, or
    /// afterwards.
    /// </summary>
    [Theory]
    [InlineData("rename tmp/* to sessions/*")]
    [InlineData("open packs/*")]
    public Task The_base_of_a_copy_is_deleted_and_collected(string call) => AssertNothingIsLostAsync(
        Copied().Deletion("old").Collector().Copies("old", "new"),
        "copy",
        $"copy > {call}",
        "delete old",
        "collector",
        "copy");

    private static Story Copied() => new Story().Before("old", "ABCD").Before("new", "ABEF");

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
