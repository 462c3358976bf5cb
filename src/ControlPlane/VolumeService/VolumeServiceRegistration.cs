using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>Adds the volume service to a host.</summary>
public static class VolumeServiceRegistration
{
    /// <summary>
    /// Adds the driver, what the consumers of <c>VolumeService/Consumers</c> need, and the worker that looks after what
    /// was left behind. The bus is added apart; so is the database.
    /// </summary>
    public static IServiceCollection AddVolumeService(this IServiceCollection services, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var driver = new FileVolumeDriverOptions
        {
            Directory = options.VolumeDirectory ?? Path.Combine(options.StateDirectory, "volumes"),
            Host = options.Host,
            Nbd = NbdSettings.ExportsOf(options),
        };
        services.TryAddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(driver);
        services.AddSingleton<IVolumeDriver, FileVolumeDriver>();
        services.AddSingleton<VolumeLocks>();
        services.AddSingleton<BackupDevices>();
        services.AddSingleton<BasePointKeeper>();
        services.AddSingleton<DeviceExports>();
        services.AddSingleton<VolumeLifecycle>();
        services.AddSingleton<VolumeGrowth>();
        services.AddSingleton<SnapshotLifecycle>();
        services.AddSingleton<LifecycleWork>();
        services.AddSingleton<LeftoverSweep>();
        services.AddHostedService<VolumeServiceWorker>();
        services.AddHostedService<ExportKeeper>();
        return services;
    }
}
