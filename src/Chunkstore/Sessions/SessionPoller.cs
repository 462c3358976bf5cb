using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Looks for new generations of garbage collection from time to time, so that a collector does not wait long.
/// </summary>
internal sealed class SessionPoller : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    public SessionPoller(Func<CancellationToken, Task> poll, TimeProvider time)
    {
        _timer = new PeriodicTimer(Interval, time);
        _running = Task.Run(() => RunAsync(poll, _stop.Token));
    }

    /// <remarks>
    /// The wait ends with its timer: to cancel it costs an exception whose trace is looked up in the symbols, a part of
    /// a short run that can be seen.
    /// </remarks>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> poll, CancellationToken cancellationToken)
    {
        while (await _timer.WaitForNextTickAsync(CancellationToken.None))
        {
            try
            {
                await poll(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (RepositoryException)
            {
                // It is looked again, and before the commit at the latest: what is wrong then ends the backup.
            }
        }
    }
}
