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
}
