using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>Something that goes wrong while cases are held at their moments.</summary>
internal interface IFault
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Strikes. Afterwards the gates are opened: whoever still can goes on.</summary>
    Task StrikeAsync(ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken);

    /// <summary>Makes the system whole again, as an operator, a service manager or time would.</summary>
    Task HealAsync(ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken);

    /// <summary>Goes on after everything is at rest: nothing may change by it.</summary>
    Task ComeLateAsync(ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
