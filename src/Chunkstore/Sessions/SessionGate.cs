namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Lets many lanes in, or one checkpoint alone. Whoever closes waits until those inside have left; lanes that come
/// meanwhile wait until it is opened again.
/// </summary>
internal sealed class SessionGate
{
    private readonly Lock _lock = new();
    private int _inside;
    private TaskCompletionSource? _reopened;
    private TaskCompletionSource? _empty;

    /// <summary>Enters; completes at once while the gate is open.</summary>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        return TryEnter(out var reopened)
            ? ValueTask.CompletedTask
            : new ValueTask(EnterLaterAsync(reopened, cancellationToken));
    }

    /// <summary>Leaves.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_inside == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Closes the gate and waits until nobody is inside. One closer at a time.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _reopened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_inside == 0)
            {
                return Task.CompletedTask;
            }

            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    /// <summary>Opens the gate.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _empty = null;
            _reopened?.TrySetResult();
            _reopened = null;
        }
    }

    private bool TryEnter(out Task reopened)
    {
        lock (_lock)
        {
            reopened = _reopened?.Task ?? Task.CompletedTask;
            if (_reopened is null)
            {
                _inside++;
            }

            return _reopened is null;
        }
    }

    private async Task EnterLaterAsync(Task reopened, CancellationToken cancellationToken)
    {
        do
        {
            await reopened.WaitAsync(cancellationToken);
        }
        while (!TryEnter(out reopened));
    }
}
