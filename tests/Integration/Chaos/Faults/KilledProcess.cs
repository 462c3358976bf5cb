using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;
using BackupEngine.Integration.Support.Network;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>SIGKILL, and started again.</summary>
internal sealed class KilledProcess(string name, Func<ChaosCluster, EngineNode> choose) : IFault
{
    public string Name => name;

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        choose(cluster).Kill();
        return Task.CompletedTask;
    }

    public Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken) =>
        choose(cluster).StartReadyAsync();
}
