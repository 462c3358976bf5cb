using BackupEngine.ControlPlane.Workflows;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>Traces: REST requests, messages, workflow steps, one trace from the request to the last step.</summary>
public static class EngineTelemetry
{
    private const string MassTransitSource = "MassTransit";

    /// <summary>Adds the traces; they leave the process only where a collector is configured.</summary>
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
            });
        return services;
    }
}
