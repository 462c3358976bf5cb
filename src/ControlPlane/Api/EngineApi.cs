using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Api;

/// <summary>The Block Storage REST API, version 3.</summary>
public static class EngineApi
{
    /// <summary>Adds what the API is made of.</summary>
    public static IServiceCollection AddEngineApi(this IServiceCollection services, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services;
    }

    /// <summary>Maps the routes of the API, and what every request to them passes through.</summary>
    public static WebApplication MapEngineApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app;
    }
}
