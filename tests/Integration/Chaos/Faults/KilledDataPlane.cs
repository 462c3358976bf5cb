using System.Diagnostics;
using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>SIGKILL of the data plane of each host; its backup service starts another one.</summary>
internal sealed class KilledDataPlane : IFault
{
    public string Name => "kill-dataplane";

    public async Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        foreach (var node in cluster.BackupNodes)
        {
            using var client = ChaosCluster.DataPlaneOf(node);
            var info = await client.GetInfoAsync(cancellationToken);
            using var process = Process.GetProcessById(info.ProcessId);
            process.Kill();
        }
    }

    public Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
