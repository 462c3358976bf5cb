using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;
using Npgsql;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>PostgreSQL is killed in the middle of whatever it does, and started again.</summary>
internal sealed class RestartedDatabase : IFault
{
    public string Name => "restart-postgresql";

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        cluster.Services.StopDatabase();
        return Task.CompletedTask;
    }

    public Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        cluster.Services.StartDatabase();
        NpgsqlConnection.ClearAllPools();
        return Task.CompletedTask;
    }
}
