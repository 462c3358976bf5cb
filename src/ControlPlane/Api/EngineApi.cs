using BackupEngine.ControlPlane.Api.Attachments;
using BackupEngine.ControlPlane.Api.BackupPolicies;
using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Backups.Records;
using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Discovery;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Idempotency;
using BackupEngine.ControlPlane.Api.Messages;
using BackupEngine.ControlPlane.Api.Metadata;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Queue;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Api.RateLimits;
using BackupEngine.ControlPlane.Api.Services;
using BackupEngine.ControlPlane.Api.Snapshots;
using BackupEngine.ControlPlane.Api.Stock;
using BackupEngine.ControlPlane.Api.Volumes;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Notifications;
using BackupEngine.ControlPlane.Schedules;
using BackupEngine.ControlPlane.Scheduling;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BackupEngine.ControlPlane.Api;

/// <summary>The Block Storage REST API, version 3.</summary>
public static class EngineApi
{
    /// <summary>
    /// Adds what the API is made of. It needs the database, an authenticator, the bus and its
    /// <see cref="Bus.ICommandSender"/> beside it.
    /// </summary>
    /// <exception cref="PolicyFileException">The policy file cannot be used.</exception>
    public static IServiceCollection AddEngineApi(this IServiceCollection services, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(Policy.Load(options.PolicyFile));
        services.AddRouting().AddHttpContextAccessor();
        services.AddProjectRateLimit(options);
        services.AddScoped<CommandDispatch>();
        services.AddScoped<QuotaLimits>().AddScoped<QuotaGate>();
        services.AddScoped<VolumeDrafts>().AddScoped<VolumeCreation>().AddScoped<VolumeUpdate>()
            .AddScoped<VolumeDeletion>();
        services.AddScoped<VolumeAttachments>().AddScoped<VolumeDevices>().AddScoped<VolumeConnections>()
            .AddScoped<VolumeActions>().AddScoped<VolumeExtension>().AddScoped<VolumeAdministration>();
        services.AddScoped<AttachmentConnection>().AddScoped<AttachmentChanges>();
        services.AddScoped<SnapshotCreation>().AddScoped<SnapshotDeletion>()
            .AddScoped<SnapshotActions>();
        services.AddScoped<BackupSources>().AddScoped<BackupRequestLog>().AddScoped<BackupCreation>();
        services.AddScoped<BackupRestoration>().AddScoped<BackupUpdate>().AddScoped<BackupDeletion>();
        services.AddScoped<PolicyChanges>().AddScoped<PolicyActions>().AddSchedules();
        services.TryAddSingleton<HostDirectory>();
        services.TryAddSingleton<BackupQueue>();
        services.AddScoped<BackupCancellation>().AddScoped<BackupProtection>();
        services.AddScoped<ProgressReader>().AddScoped<BackupVerifications>().AddScoped<IdempotencyKeys>();
        services.AddHostedService<IdempotencyKeySweep>().AddHostedService<AttachmentSweep>();
        services.TryAddSingleton<NotificationOutbox>();
        services.AddScoped<BackupOverruling>().AddScoped<BackupActions>().AddScoped<BackupImport>();
        return services;
    }

    /// <summary>Maps the routes of the API, and what every request to them passes through: outermost first.</summary>
    public static WebApplication MapEngineApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ResponseHeadersMiddleware>();
        app.UseMiddleware<AuditMiddleware>();
        app.UseMiddleware<FaultMiddleware>();
        app.UseMiddleware<PathMiddleware>();
        app.UseRouting();
        app.UseMiddleware<CallerMiddleware>();
        app.UseProjectRateLimit();
        DiscoveryEndpoints.Map(app);
        MapBoth(app, VolumeEndpoints.Map);
        MapBoth(app, AttachmentEndpoints.Map);
        MapBoth(app, SnapshotEndpoints.Map);
        MapBoth(app, BackupEndpoints.Map);
        MapBoth(app, routes => MetadataEndpoints.Map(routes, VolumeLists.Resource, "Volume", MetadataRules.OfVolumes));
        MapBoth(app, routes => MetadataEndpoints.Map(
            routes, SnapshotLists.Resource, "Snapshot", MetadataRules.OfSnapshots));
        MapBoth(app, MessageEndpoints.Map);
        MapBoth(app, PolicyEndpoints.Map);
        MapBoth(app, QueueEndpoints.Map);
        MapBoth(app, QuotaEndpoints.Map);
        MapBoth(app, ServiceEndpoints.Map);
        MapBoth(app, StockEndpoints.Map);
        return app;
    }

    /// <summary>Every route exists with the project in its address and without.</summary>
    private static void MapBoth(WebApplication app, Action<IEndpointRouteBuilder> map)
    {
        map(app.MapGroup(ApiPaths.Root));
        map(app.MapGroup(ApiPaths.WithProject));
    }
}
