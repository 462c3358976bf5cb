using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Scheduling;

/// <summary>
/// Takes for this host what is its turn and what it has room for: when a command arrives, when something has ended,
/// and again and again, so that a message that was lost costs a second and no backup.
/// </summary>
public sealed class BackupDispatcher(
    BackupQueue queue,
    BackupIntake intake,
    BackupRunner runner,
    EngineOptions options,
    TimeProvider time,
    ILogger<BackupDispatcher> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private readonly SemaphoreSlim _woken = new(0);
    private bool _awaited;

    /// <summary>Looks soon.</summary>
    public void Wake()
    {
        if (_woken.CurrentCount == 0)
            _woken.Release();
    }

    /// <summary>
    /// One look, and everything taken that this host is to take. While a look waits for the one before it to end,
    /// others need not: it will see what they would.
    /// </summary>
    public async Task DispatchAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _awaited, true))
            return;
        try
        {
            await _one.WaitAsync(cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _awaited, false);
        }

        try
        {
            foreach (var cancelled in await queue.FindCancelledAsync(cancellationToken))
                await TakeAsync(cancelled, cancellationToken);
            var room = runner.FreeTransfers;
            if (room <= 0)
                return;
            var schedule = await queue.LookForAsync(options.Host, cancellationToken);
            foreach (var entry in schedule.For(options.Host, room))
                await TakeAsync(entry, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// One that cannot be taken now, since its row is locked for instance, keeps none of the others waiting.
    /// </summary>
    private async Task TakeAsync(QueueEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await intake.TakeAsync(entry.BackupId, entry.Kind, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(e, "Backup {BackupId} could not be claimed; it is tried again", entry.BackupId);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _one.Dispose();
        _woken.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        runner.Freed = Wake;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DispatchAsync(stoppingToken);
                await _woken.WaitAsync(Interval, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "The queue could not be looked at; it is tried again");
                await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // Told to stop.
            }
        }

        runner.Freed = static () => { };
    }
}
