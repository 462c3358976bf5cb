using BackupEngine.ControlPlane.VolumeService.Drivers;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// Starts the driver before the first request can arrive; then looks through the records and the storage, at start and
/// again and again, for work that waits and for what was left behind.
/// </summary>
internal sealed class VolumeServiceWorker(
    IVolumeDriver driver, LifecycleWork work, LeftoverSweep sweep, TimeProvider time, ILogger<VolumeServiceWorker> log)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public Task StartingAsync(CancellationToken cancellationToken) => driver.StartAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await LookThroughAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookThroughAsync(CancellationToken cancellationToken)
    {
        try
        {
            await work.ResumeAsync(cancellationToken);
            await sweep.RunAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(
                e, "The records or the volume directory could not be looked through; again in {Interval}", Interval);
        }
    }
}
