using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>RabbitMQ is stopped, and started again with what it had stored.</summary>
internal sealed class RestartedBroker : IFault
{
    public string Name => "restart-rabbitmq";

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        cluster.Services.StopBroker();
        return Task.CompletedTask;
    }

    public Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        cluster.Services.StartBroker();
        return Task.CompletedTask;
    }
}
