using BackupEngine.ControlPlane.VolumeService.Drivers;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// Looks after the servers of exports: one that died is started again before its client gives up, one that belongs to
/// no export is ended.
/// </summary>
internal sealed class ExportKeeper(IVolumeDriver driver, TimeProvider time, ILogger<ExportKeeper> log)
    : BackgroundService
{
    /// <summary>A data plane tries for 60 s to get a lost connection back.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private string _said = "";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await LookAsync(stoppingToken);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            Say(string.Join(" ", await driver.MendExportsAsync(cancellationToken)));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Say(e.Message);
        }
    }

    /// <summary>The same trouble once, not every few seconds.</summary>
    private void Say(string trouble)
    {
        if (trouble.Length > 0 && trouble != _said)
            log.LogError("Exports cannot be looked after: {Trouble} It is tried again every {Interval}", trouble,
                Interval);
        _said = trouble;
    }
}
