using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Hosts;

/// <summary>Says again and again that this host lives, from its start on.</summary>
internal sealed class HostHeartbeat(
    HostDirectory hosts, EngineOptions options, TimeProvider time, ILogger<HostHeartbeat> log) : BackgroundService
{
    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await hosts.ReportAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.HostSilenceSeconds / 4.0), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await hosts.ReportAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "This host could not say that it lives; it is tried again");
            }
        }
    }
}
