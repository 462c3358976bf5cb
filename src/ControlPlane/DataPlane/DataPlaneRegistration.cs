using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>Adds the data plane of this host.</summary>
public static class DataPlaneRegistration
{
    /// <summary>Adds its client and, unless something else runs it, its supervisor.</summary>
    /// <exception cref="EngineConfigurationException">It is to be started and its program was not found.</exception>
    public static IServiceCollection AddDataPlane(this IServiceCollection services, EngineOptions options)
    {
        var endpoint = DataPlaneEndpoint.Of(options);
        services.AddSingleton(endpoint);
        services.AddSingleton<IDataPlane, DataPlaneClient>();
        if (!endpoint.Supervised)
            return services;
        var program = DataPlaneProgram.Find(options);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DataPlaneSupervisor>(provider, program));
        services.AddHostedService(provider => provider.GetRequiredService<DataPlaneSupervisor>());
        return services;
    }
}
