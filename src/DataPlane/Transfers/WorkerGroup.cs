using System.Runtime.ExceptionServices;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// Tasks and threads that succeed or fail together: the first failure cancels the rest and is the one that is reported.
/// <see cref="WaitAsync"/> returns only when all of them have ended, so that nobody uses a buffer that is given back.
/// </summary>
internal sealed class WorkerGroup(CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly List<Task> _tasks = [];
    private Exception? _first;

    /// <summary>Starts work that awaits, on the thread pool.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="ended">Runs after it, whether it failed or not, when a failure is known to the group
    /// already.</param>
    public void Start(Func<CancellationToken, Task> work, Action? ended = null) =>
        _tasks.Add(Task.Run(() => GuardAsync(work, ended), CancellationToken.None));

    /// <summary>Starts work that blocks, on a thread of its own.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="ended">Runs after it, whether it failed or not, when a failure is known to the group
    /// already.</param>
    public void StartThread(Action<CancellationToken> work, Action? ended = null) => _tasks.Add(Task.Factory.StartNew(
        () => Guard(work, ended), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    /// <summary>Waits for all; throws what failed first.</summary>
    public async Task WaitAsync()
    {
        await Task.WhenAll(_tasks);
        if (_first is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(_first);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task GuardAsync(Func<CancellationToken, Task> work, Action? ended)
    {
        try
        {
            await work(_stop.Token);
        }
        catch (Exception e)
        {
            await FailAsync(e);
        }
        finally
        {
            ended?.Invoke();
        }
    }

    private void Guard(Action<CancellationToken> work, Action? ended)
    {
        try
        {
            work(_stop.Token);
        }
        catch (Exception e)
        {
            Blocking.Wait(new ValueTask(FailAsync(e)));
        }
        finally
        {
            ended?.Invoke();
        }
    }

    private Task FailAsync(Exception exception)
    {
        Interlocked.CompareExchange(ref _first, exception, null);
        return _stop.CancelAsync();
    }
}
