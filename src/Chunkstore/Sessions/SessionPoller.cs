using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Looks for new generations of garbage collection from time to time, so that a collector does not wait long.
/// </summary>
internal sealed class SessionPoller : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public SessionPoller(Func<CancellationToken, Task> poll, TimeProvider time) =>
        _running = Task.Run(() => RunAsync(poll, time, _stop.Token));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private static async Task RunAsync(
        Func<CancellationToken, Task> poll, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await IsTimeAsync(timer, cancellationToken))
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

    private static async ValueTask<bool> IsTimeAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
