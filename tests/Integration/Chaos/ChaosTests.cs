using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Faults;
using BackupEngine.Integration.Chaos.Matrix;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Chaos;

/// <summary>
/// Faults at every step of create, restore and delete, with real processes, broker, database and network: whatever
/// dies, every backup ends, and everything is as it is promised to be. scripts/chaos runs the whole matrix.
/// </summary>
public sealed class ChaosTests(VolumeFileSystem files)
{
    [Fact]
    public async Task Whatever_dies_at_whatever_step_nothing_is_stuck_left_or_wrong()
    {
        var plan = ChaosPlan.FromEnvironment(AllFaults.Names);
        var table = new ChaosTable();
        var projects = plan.Rounds.Max(round => round.Moments.Count);
        ChaosCluster? cluster = null;
        try
        {
            foreach (var (round, index) in plan.Rounds.Select((round, index) => (round, index)))
            {
                cluster ??= await ChaosCluster.StartAsync(files, projects, plan.Seed);
                var cases = await RunAsync(cluster, round, plan.Seed + (index + 1) * 1000);
                table.Add(round.Host, cases);
                if (cases.Any(ended => ended.Broken.Count > 0))
                    cluster = await ReplaceAsync(cluster, round);
            }
        }
        finally
        {
            if (cluster is not null)
                await cluster.DisposeAsync();
        }

        table.Summarize(plan.Seed);
        Assert.True(table.Broken.Count == 0, string.Join('\n', table.Broken));
    }

    private static async Task<IReadOnlyList<ChaosCase>> RunAsync(ChaosCluster cluster, ChaosRoundPlan plan, int seed)
    {
        var round = new ChaosRound(cluster, plan, seed);
        try
        {
            await round.RunAsync();
        }
        catch (Exception e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            round.Cases[0].Broken.Add($"the round could not go on: {e}");
            foreach (var other in round.Cases.Skip(1))
                other.Broken.Add("not judged: the round could not go on");
        }

        return round.Cases;
    }

    /// <summary>What a broken promise has left must not break the next one.</summary>
    private static async Task<ChaosCluster?> ReplaceAsync(ChaosCluster cluster, ChaosRoundPlan round)
    {
        cluster.KeepLogs(round.Fault);
        await cluster.DisposeAsync();
        return null;
    }
}
