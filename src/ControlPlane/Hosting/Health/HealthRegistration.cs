namespace BackupEngine.ControlPlane.Hosting.Health;

/// <summary>Adds what a process of these roles depends on.</summary>
internal static class HealthRegistration
{
    /// <summary>Adds the dependencies and the look at them.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services, EngineOptions options)
    {
        services.AddSingleton<Readiness>();
        services.AddSingleton<IDependency, DatabaseDependency>();
        services.AddSingleton<IDependency, BusDependency>();
        if (options.Has(EngineRole.Backup))
            services.AddSingleton<IDependency, DataPlaneDependency>();
        return services;
    }
}
