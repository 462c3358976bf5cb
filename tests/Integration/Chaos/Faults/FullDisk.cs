using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>The repository's disk has no room for some time.</summary>
internal sealed class FullDisk : IFault
{
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(4);

    public string Name => "full-disk";

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        cluster.Disk.Fill();
        return Task.CompletedTask;
    }

    public async Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        await Task.Delay(Full, cancellationToken);
        cluster.Disk.GiveRoom();
    }
}
