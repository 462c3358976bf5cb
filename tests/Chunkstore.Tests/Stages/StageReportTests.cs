using BackupEngine.Chunkstore.Stages;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Stages;

public sealed class StageReportTests
{
    private static readonly Stage[] Workers =
        [Stage.WaitForData, Stage.Hash, Stage.Compress, Stage.WaitForPacks];

    [Theory]
    [InlineData(Stage.WaitForData, 90, 0, "the source device, or its rate limit: workers spent 90% of their time")]
    [InlineData(Stage.WaitForPacks, 90, 0, "the repository's disk: workers spent 90% of their time waiting for packs")]
    [InlineData(Stage.Compress, 90, 90, "the processor: 100% of the workers' time, most of it in compressing (90%)")]
    [InlineData(Stage.Hash, 90, 9, "most of it in hashing (90%); other work on this machine took a part of it")]
    public void The_bottleneck_is_named(Stage stage, int wall, int cpu, string words)
    {
        var totals = new StageTotals();
        totals.Add(stage, Seconds(wall), cpu * 1_000_000_000L, 0);
        var rest = stage == Stage.Compress ? Stage.Hash : Stage.Compress;
        totals.Add(rest, Seconds(10), 10_000_000_000L, 0);
        Assert.Contains(words, StageReport.Of(totals, Workers, 0).Bottleneck, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_workers_do_not_do_is_no_bottleneck()
    {
        var totals = new StageTotals();
        totals.Add(Stage.Read, Seconds(1000), 0, 0);
        totals.Add(Stage.Hash, Seconds(1), 1_000_000_000, 0);
        Assert.Contains("hashing", StageReport.Of(totals, Workers, 0).Bottleneck, StringComparison.Ordinal);
        Assert.StartsWith("nothing", StageReport.Of(totals, [Stage.Tree], 0).Bottleneck, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_say_what_a_core_does_in_a_second_and_what_no_stage_counted()
    {
        var totals = new StageTotals();
        totals.Add(Stage.Compress, Seconds(3), 2_000_000_000, 1000 << 20);
        var report = StageReport.Of(totals, Workers, cpuSeconds: 2.5);
        Assert.Equal([new StageRow("compress", 3, 2, 1, 1000 << 20, 500)], report.Table);
        Assert.Equal(0.5, report.OtherCpuSeconds);
    }

    [Fact]
    public void A_clock_charges_the_processor_time_of_its_thread_and_waits_without_it()
    {
        var totals = new StageTotals();
        var clock = totals.NewClock();
        var sink = 0L;
        for (var i = 0; i < 20_000_000; i++)
        {
            sink += i;
        }

        clock.Mark(Stage.Hash, 7);
        clock.MarkWait(Stage.WaitForData);
        Assert.NotEqual(0, sink);
        Assert.True(totals.CpuSeconds(Stage.Hash) > 0);
        Assert.Equal(7, totals.Bytes(Stage.Hash));
        Assert.Equal(0, totals.CpuSeconds(Stage.WaitForData));
        Assert.True(totals.WallSeconds(Stage.WaitForData) > 0);
    }

    [Fact]
    public void Work_that_went_on_on_another_thread_is_charged_no_processor_time()
    {
        var totals = new StageTotals();
        var clock = totals.NewClock();
        var other = new Thread(() => clock.Mark(Stage.Lookup));
        other.Start();
        other.Join();
        Assert.Equal(0, totals.CpuSeconds(Stage.Lookup));
        Assert.True(totals.WallSeconds(Stage.Lookup) > 0);
    }

    private static long Seconds(int seconds) => seconds * System.Diagnostics.Stopwatch.Frequency;
}
