using BackupEngine.ControlPlane.Api;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting.Health;
using BackupEngine.ControlPlane.Hosting.Tls;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Notifications;
using BackupEngine.ControlPlane.Schedules;
using BackupEngine.ControlPlane.VolumeService;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>The composition root: puts together the services of a process's roles.</summary>
public static class EngineHost
{
    /// <summary>Beside the draining: detaching what is suspended, stopping the bus and the data plane.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(60);

    /// <summary>Builds the host of a configuration; nothing runs yet.</summary>
    /// <param name="configuration">With a section <c>Engine</c>; it may have <c>Logging</c> and <c>Kestrel</c> as
    /// well.</param>
    /// <param name="adjust">Replaces services, for tests.</param>
    /// <exception cref="EngineConfigurationException">The configuration cannot be used.</exception>
    public static IHost Build(IConfiguration configuration, Action<IServiceCollection>? adjust = null)
    {
        var options = EngineOptionsReader.Read(configuration);
        StateDirectory.Prepare(options.StateDirectory);
        return options.Has(EngineRole.Api) ? BuildWithApi(configuration, options, adjust)
            : options.HealthUrls is { Length: > 0 } ? BuildWithHealth(configuration, options, adjust)
            : BuildWithoutApi(configuration, options, adjust);
    }

    private static WebApplication BuildWithApi(
        IConfiguration configuration, EngineOptions options, Action<IServiceCollection>? adjust)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Configure(builder, configuration, options);
        builder.WebHost.UseUrls(options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries));
        builder.WebHost.ConfigureKestrel(kestrel => ConfigureServer(kestrel, options));
        builder.Services.AddEngineAuthentication(options);
        builder.Services.AddEngineApi(options).RunSchedules(options);
        adjust?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseHealth();
        app.MapEngineApi();
        return app;
    }

    private static WebApplication BuildWithHealth(
        IConfiguration configuration, EngineOptions options, Action<IServiceCollection>? adjust)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Configure(builder, configuration, options);
        builder.WebHost.UseUrls(options.HealthUrls!.Split(';', StringSplitOptions.RemoveEmptyEntries));
        builder.WebHost.ConfigureKestrel(kestrel => ConfigureServer(kestrel, options));
        adjust?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseHealth();
        return app;
    }

    private static void ConfigureServer(KestrelServerOptions server, EngineOptions options)
    {
        server.AddServerHeader = false;
        ApiCertificate.Use(server, options);
    }

    private static IHost BuildWithoutApi(
        IConfiguration configuration, EngineOptions options, Action<IServiceCollection>? adjust)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        Configure(builder, configuration, options);
        adjust?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Services start in this order and stop in the opposite one.</summary>
    private static void Configure(IHostApplicationBuilder builder, IConfiguration configuration, EngineOptions options)
    {
        builder.Configuration.AddConfiguration(configuration);
        ConfigureLogging(builder.Logging, configuration);
        var services = builder.Services;
        services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(options.DrainSeconds) + StopMargin);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddEngineTelemetry(options);
        services.AddEngineDatabase(options);
        services.TryAddSingleton<HostDirectory>();
        services.AddHostedService<HostHeartbeat>();
        services.AddHostedService<StartReport>();
        if (options.Has(EngineRole.Backup))
            services.AddDataPlane(options);
        if (options.Has(EngineRole.Volume))
            services.AddVolumeService(options);
        services.AddEngineBus(options);
        services.AddNotifications(options);
        services.AddHealth(options);
        if (options.Has(EngineRole.Backup))
            services.AddBackupService();
    }

    private static void ConfigureLogging(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.IncludeScopes = true;
        });
        logging.Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId);
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("MassTransit", LogLevel.Warning);
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }
}
