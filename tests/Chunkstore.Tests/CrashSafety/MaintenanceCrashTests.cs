using BackupEngine.Chunkstore.Tests.CrashSafety.Disk;
using BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>Losses of power at every moment of the work that keeps a repository in order.</summary>
public sealed class MaintenanceCrashTests
{
    private const int Seed = 21;

    public static TheoryData<string> Names => [.. CrashWorkload.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Power_is_lost_at_every_moment_of(string name)
    {
        var workload = CrashWorkload.All[name]();
        var run = (await workload.PrepareAsync()).OnDurableDisk();
        await workload.WorkAsync(run, step => step());
        var exploration = new CrashExploration(run, Seed)
        {
            MaximumStates = 4 * Counts.Times,
            Check = workload.CheckAsync,
        };
        await exploration.RunAsync();
        Counts.Report($"crash states of {name}, checked", exploration.Checked, $"seed {Seed}");
        Counts.Report($"crash states of {name}, built", exploration.Built, $"seed {Seed}");
        Assert.True(exploration.Checked > 12, "so small a run proves nothing");
    }

    /// <summary>These tests find it where a flush is left out.</summary>
    [Theory]
    [InlineData("an interrupted and resumed backup", Negligence.NoContents, "/checkpoints")]
    [InlineData("an interrupted and resumed backup", Negligence.NoNames, "/checkpoints")]
    [InlineData("an interrupted and resumed backup", Negligence.NoContents, "/packs")]
    [InlineData("prune and protection", Negligence.NoNames, "/holds")]
    [InlineData("prune and protection", Negligence.NoNames, "/manifests")]
    [InlineData("an index merge", Negligence.NoContents, "/index")]
    [InlineData("an index merge", Negligence.NoNames, "/index")]
    [InlineData("rebuild-index", Negligence.NoContents, "/index")]
    [InlineData("rebuild-index", Negligence.NoNames, "/index")]
    [InlineData("quarantine and a healing backup", Negligence.NoContents, "/packs")]
    [InlineData("a collection that merges the index", Negligence.NoContents, "/packs")]
    internal async Task A_flush_that_is_missing_is_found(string name, Negligence negligence, string directory)
    {
        var workload = CrashWorkload.All[name]();
        var prepared = await workload.PrepareAsync();
        var run = prepared.OnDurableDisk(
            disk => new NegligentFileSystem(disk, negligence, CrashRun.Root + directory));
        await workload.WorkAsync(run, step => step());
        var exploration = new CrashExploration(run, Seed) { MaximumStates = 32, Check = workload.CheckAsync };
        await Assert.ThrowsAsync<CrashException>(() => exploration.RunAsync());
    }
}
