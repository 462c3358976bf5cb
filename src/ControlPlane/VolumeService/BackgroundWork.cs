namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// Work that outlasts the message that asked for it: once for each key, a few at a time, a bounded number waiting. It
/// ends with the process; the records say what has to be begun again.
/// </summary>
internal sealed class BackgroundWork<TKey>(int concurrency, int capacity) : IAsyncDisposable
    where TKey : notnull
{
    private readonly Dictionary<TKey, Item> _items = [];
    private readonly Lock _sync = new();
    private readonly SemaphoreSlim _slots = new(concurrency, concurrency);
    private bool _disposed;

    /// <summary>Begins the work of a key, or joins what is under way or has ended and was not forgotten yet.</summary>
    /// <exception cref="RefusedException">Too much is waiting already, or the process is ending.</exception>
    public Task StartOrJoin(TKey key, Func<CancellationToken, Task> work)
    {
        lock (_sync)
        {
            if (_items.TryGetValue(key, out var known))
                return known.Task;
            if (_disposed)
                throw new RefusedException("The volume service is ending. Ask again when it has been started.");
            if (_items.Count >= capacity)
                throw new RefusedException(
                    $"The volume service has {capacity} tasks under way or waiting already. Ask again later.");
            var stop = new CancellationTokenSource();
            var item = new Item(stop, Task.Run(() => RunAsync(work, stop.Token)));
            _items.Add(key, item);
            return item.Task;
        }
    }

    /// <summary>Forgets work that has ended; the next start begins it anew.</summary>
    public void Forget(TKey key)
    {
        lock (_sync)
        {
            if (_items.TryGetValue(key, out var item) && item.Task.IsCompleted && _items.Remove(key))
                item.Stop.Dispose();
        }
    }

    /// <summary>Stops the work of a key, if there is any, and waits until it has stopped.</summary>
    public async Task StopAsync(TKey key)
    {
        Item? item;
        lock (_sync)
            item = _items.GetValueOrDefault(key);
        if (item is null)
            return;
        await StopAsync(item);
        Forget(key);
    }

    public async ValueTask DisposeAsync()
    {
        Item[] items;
        lock (_sync)
        {
            _disposed = true;
            items = [.. _items.Values];
        }

        await Task.WhenAll(items.Select(StopAsync));
        _slots.Dispose();
    }

    private static async Task StopAsync(Item item)
    {
        await item.Stop.CancelAsync();
        await item.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            await work(cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private sealed record Item(CancellationTokenSource Stop, Task Task);
}
