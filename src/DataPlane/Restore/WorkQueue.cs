namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// A bounded queue between threads that exist to be blocked. Who has to wait sleeps at once: with several threads to a
/// core, waiting awake takes the time that the others need. Allocates nothing.
/// </summary>
internal sealed class WorkQueue<T>(int capacity)
{
    private readonly object _gate = new();
    private readonly Queue<T> _items = new(capacity);
    private bool _isCompleted;

    /// <summary>Adds an item as soon as there is room.</summary>
    public void Put(T item, CancellationToken cancellationToken)
    {
        using var wake = cancellationToken.UnsafeRegister(static queue => ((WorkQueue<T>)queue!).WakeAll(), this);
        lock (_gate)
        {
            while (_items.Count >= capacity)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }

            cancellationToken.ThrowIfCancellationRequested();
            _items.Enqueue(item);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes an item as soon as there is one; false where none will come any more.</summary>
    public bool TryTake(out T item, CancellationToken cancellationToken)
    {
        using var wake = cancellationToken.UnsafeRegister(static queue => ((WorkQueue<T>)queue!).WakeAll(), this);
        lock (_gate)
        {
            while (_items.Count == 0 && !_isCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!_items.TryDequeue(out item!))
            {
                return false;
            }

            // Whoever waits for room and whoever waits for an item wait at the same gate.
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Nothing more will be added.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isCompleted = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void WakeAll()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }
}
