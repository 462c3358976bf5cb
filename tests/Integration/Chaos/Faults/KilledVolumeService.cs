using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>
/// SIGSTOP first, so that requests are on their way to it or in its hands; then SIGKILL, and started again.
/// </summary>
internal sealed class KilledVolumeService : IFault
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    public string Name => "kill-volume";

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        cluster.Volume.Pause();
        return Task.CompletedTask;
    }

    public async Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        await Task.Delay(Silence, cancellationToken);
        cluster.Volume.Kill();
        await cluster.Volume.StartReadyAsync();
    }
}
