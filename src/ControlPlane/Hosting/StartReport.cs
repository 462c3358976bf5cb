using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.DataPlane;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>Says in one line, when everything has started, what this process is and where its parts are.</summary>
public sealed class StartReport(
    EngineOptions options, DatabaseProvider database, IServiceProvider services, ILogger<StartReport> log)
    : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken) => log.LogInformation(
        "backup-engine on {Host}: roles {Roles}; listens {Urls}; transport {Transport}; database {Database}; " +
        "repository {Repository}; volumes {Volumes}; data plane {DataPlane}",
        options.Host,
        string.Join(',', options.Roles),
        options.Has(EngineRole.Api) ? options.Urls : "nowhere",
        Transport(),
        database.Description,
        options.Has(EngineRole.Backup) ? options.Repository : "none",
        options.Has(EngineRole.Volume) ? options.VolumeDirectory : "none",
        await DataPlaneAsync(cancellationToken));

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var warning in EngineOptionsWarnings.Of(options))
            log.LogWarning("{Warning}", warning);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        log.LogInformation("Stopping");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Without the password.</summary>
    private string Transport() => options.Transport == "rabbitmq"
        ? $"rabbitmq ({BrokerAddress.Of(options)})"
        : options.Transport;

    private async Task<string> DataPlaneAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<IDataPlane>() is not { } dataPlane)
            return "none";
        var socket = services.GetRequiredService<DataPlaneEndpoint>().SocketPath;
        try
        {
            var info = await dataPlane.GetInfoAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return $"process {info.ProcessId} at {socket} (version {info.Version}, hash kernel {info.HashKernel}, " +
                $"buffer pages {info.BufferPages})";
        }
        catch (Exception e) when (e is TimeoutException or DataPlaneException or DataPlaneLostException)
        {
            return $"at {socket} does not answer yet";
        }
    }
}
