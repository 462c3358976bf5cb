using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;
using BackupEngine.Integration.Support.Network;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>SIGKILL, and started again: at once, or when others have taken over.</summary>
/// <param name="name">Name of the fault.</param>
/// <param name="away">How long it is away.</param>
/// <param name="choose">Which processes die.</param>
internal sealed class KilledProcess(
    string name, TimeSpan away, Func<ChaosCluster, IReadOnlyList<ChaosCase>, IReadOnlyList<EngineNode>> choose) : IFault
{
    public string Name => name;

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        foreach (var node in choose(cluster, cases))
            node.Kill();
        return Task.CompletedTask;
    }

    public async Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        await Task.Delay(away, cancellationToken);
        foreach (var node in choose(cluster, cases))
            await node.StartReadyAsync();
    }
}
