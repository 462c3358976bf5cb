using BackupEngine.ControlPlane.Notifications;
using BackupEngine.ControlPlane.Schedules;
using BackupEngine.ControlPlane.Workflows;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>
/// Traces: REST requests, messages, workflow steps, one trace from the request to the last step. Metrics: backups that
/// read everything although only what changed was to be, what came due of backup policies, what became of
/// notifications.
/// </summary>
public static class EngineTelemetry
{
    private const string MassTransitSource = "MassTransit";

    /// <summary>Adds both; they leave the process only where a collector is configured.</summary>
    public static IServiceCollection AddEngineTelemetry(this IServiceCollection services, EngineOptions options)
    {
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("backup-engine", serviceInstanceId: options.Host))
            .WithTracing(tracing =>
            {
                tracing.AddSource(WorkflowTelemetry.SourceName).AddSource(MassTransitSource);
                if (options.Has(EngineRole.Api))
                    tracing.AddAspNetCoreInstrumentation();
                if (options.OtlpEndpoint is { } collector)
                    tracing.AddOtlpExporter(exporter => exporter.Endpoint = new Uri(collector));
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(
                    WorkflowTelemetry.SourceName, ScheduleTelemetry.MeterName, NotificationTelemetry.MeterName);
                if (options.OtlpEndpoint is { } collector)
                    metrics.AddOtlpExporter(exporter => exporter.Endpoint = new Uri(collector));
            });
        return services;
    }
}
