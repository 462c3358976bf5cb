using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>SIGSTOP of the backup service for longer than its leases, then SIGCONT.</summary>
internal sealed class PausedProcess : IFault
{
    private static readonly TimeSpan Pause = ChaosCluster.Lease + TimeSpan.FromSeconds(6);

    public string Name => "pause-backup";

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        foreach (var node in cluster.Holders(cases))
            node.Pause();
        return Task.CompletedTask;
    }

    public async Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        await Task.Delay(Pause, cancellationToken);
        foreach (var node in cluster.Holders(cases))
            node.Continue();
    }
}
