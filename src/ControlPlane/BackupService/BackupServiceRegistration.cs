using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Scheduling;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>Adds the backup service.</summary>
public static class BackupServiceRegistration
{
    /// <summary>
    /// Adds what claims and runs backups. It stops before the bus, the volume service and the data plane, which it
    /// needs to end its work: it is to be added after them.
    /// </summary>
    public static IServiceCollection AddBackupService(this IServiceCollection services)
    {
        services.AddSingleton<IVolumeService, VolumeServiceClient>();
        services.TryAddSingleton<IStepObserver, NoStepObserver>();
        services.AddSingleton<WorkflowServices>();
        services.AddSingleton<DataPlaneLeftovers>();
        services.AddSingleton<WorkflowExecutor>();
        services.AddSingleton<BackupClaims>();
        services.AddSingleton<BackupIntake>();
        services.AddSingleton<StrandedStatuses>();
        services.AddSingleton(provider => new BackupRunner(
            provider.GetRequiredService<WorkflowExecutor>(),
            provider.GetRequiredService<Hosting.EngineOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BackupRunner>>()));
        services.AddHostedService(provider => provider.GetRequiredService<BackupRunner>());
        services.TryAddSingleton<BackupQueue>();
        services.AddSingleton<BackupDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<BackupDispatcher>());
        services.AddHostedService<BackupSweeper>();
        services.AddHostedService<DataPlaneSweep>();
        return services;
    }
}
