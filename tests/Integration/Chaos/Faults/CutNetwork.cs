using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>
/// The cable of the host that runs the backups is out for longer than their lease: it reaches neither broker nor
/// database nor the other host. Then it is put in again, and the former owner must change nothing.
/// </summary>
internal sealed class CutNetwork : IFault
{
    private static readonly TimeSpan Cut = ChaosCluster.Lease + TimeSpan.FromSeconds(6);

    public string Name => "cut-network";

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        foreach (var node in cluster.Holders(cases))
            cluster.Network.Cut(node.Host);
        return Task.CompletedTask;
    }

    public async Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        await Task.Delay(Cut, cancellationToken);
        foreach (var node in cluster.Holders(cases))
            cluster.Network.Heal(node.Host);
    }
}
