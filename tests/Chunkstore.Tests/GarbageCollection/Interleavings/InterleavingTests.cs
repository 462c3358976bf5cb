using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>The real classes, one call on the file system at a time, in every order that there is time for.</summary>
public sealed class InterleavingTests(ITestOutputHelper output)
{
    private const int FirstSeed = 20_260_101;

    [Fact]
    public async Task Writers_of_the_same_chunks_and_deletion_of_their_parent()
    {
        var story = new Story()
            .Before("old", "ABC.")
            .Writer("one", "ABCD", parent: "old")
            .Writer("two", "DDAB")
            .Deletion("old")
            .Reader("old")
            .Mortal("writer one");
        await AssertNothingIsLostAsync(story);
    }

    [Fact]
    public async Task Two_writers_of_one_backup()
    {
        var story = new Story().Writer("one", "AB").Part("other", async (participant, world) =>
        {
            using var repository = world.Open(participant);
            await using var writer = repository.BeginBackup(Letters.Options("one", "AB", parent: null));
            await Letters.BackUpAsync(repository, writer, "AB");
        });
        await AssertNothingIsLostAsync(story);
    }

    /// <summary>
    /// What a finding names can be run again. Names of packs are left out: a writer may have two of them under way,
    /// whose order is not the schedule's.
    /// </summary>
    [Fact]
    public async Task The_same_seed_gives_the_same_run()
    {
        var story = new Story()
            .Before("old", "ABCD")
            .Writer("one", "EFGH")
            .Writer("two", "ABCD", parent: "old")
            .Deletion("old");
        for (var seed = FirstSeed; seed < FirstSeed + 10; seed++)
        {
            Assert.Equal(await TraceAsync(story, seed), await TraceAsync(story, seed));
        }
    }

    private static async Task<string> TraceAsync(Story story, int seed)
    {
        var interleaver = new Interleaver(new RandomSchedule(seed), new Footprints());
        await interleaver.RunAsync(story.Begin(death: () => 0).Participants);
        return interleaver.DescribeTrace();
    }

    private async Task AssertNothingIsLostAsync(Story story)
    {
        var exploration = new Exploration(story);
        await exploration.RandomAsync(FirstSeed, 200 * Counts.Times);
        await exploration.SystematicAsync(preemptions: 1, 200 * Counts.Times);
        output.WriteLine(exploration.ToString());
        Counts.Report("interleavings", exploration.Runs, $"from seed {FirstSeed}");
        Assert.True(exploration.Finding is null, exploration.Finding);
    }
}
