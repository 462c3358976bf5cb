using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// A collector comes out of its wait when another one has finished that generation and opened the next: nobody has
/// answered the next one yet, so it has to wait once more.
/// </summary>
public sealed class OvertakingTests(ITestOutputHelper output)
{
    /// <summary>
    /// The writer relies on what is garbage; both collectors wait for its answer; it answers with a veto. One collector
    /// finishes, and condemns the same packs once more. Now the other one wakes, and then the writer commits.
    /// </summary>
    private static readonly string[] Turns =
        ["writer one", "collector", "other collector", "writer one", "collector", "other collector", "writer one"];

    [Fact]
    public async Task The_generation_after_the_one_that_was_waited_for_is_waited_for()
    {
        var exploration = await new Exploration(Story()).TurnsAsync(Turns);
        output.WriteLine(exploration.ToString());
        Assert.True(exploration.Finding is null, exploration.Finding);
        Assert.Equal(
            "collector: done, other collector: done, writer one: done", Assert.Single(exploration.Outcomes).Key);
    }

    [Fact]
    public async Task Without_that_what_the_writer_relies_on_is_lost()
    {
        var story = Story().Breaks("other collector", BrokenRule.JudgeWhatWasWaitedFor);
        var exploration = await new Exploration(story).TurnsAsync(Turns);
        output.WriteLine($"{exploration.Finding}");
        Assert.Contains("in no index segment", exploration.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_no_order_of_waits_anything_is_lost()
    {
        var exploration = await new Exploration(Story()).SystematicAsync(preemptions: 0, 150 * Counts.Times);
        await exploration.RandomAsync(20_260_101, 40 * Counts.Times);
        output.WriteLine(exploration.ToString());
        Counts.Report("interleavings", exploration.Runs, "collectors that overtake each other");
        Assert.True(exploration.Finding is null, exploration.Finding);
    }

    private static Story Story() => new Story()
        .Garbage("AB")
        .SlowWriter("one", "AB")
        .Collector(times: 2, fenceAfterSeconds: 2)
        .Collector("other collector", fenceAfterSeconds: 2);
}
