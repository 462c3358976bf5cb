namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// A fixed number of buffers, which take memory when they are first used: the bound of what a stream holds in memory,
/// and the back-pressure of its disk. Safe to use from many threads; what <see cref="Available"/> promised holds for
/// as long as only one thread takes.
/// </summary>
internal sealed class PackBufferPool(int bufferBytes, int count) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<PackBuffer> _free = new();
    private readonly AlignedRegion _region = new(bufferBytes * count);
    private int _made;
    private TaskCompletionSource? _nextReturn;

    public int BufferBytes => bufferBytes;

    /// <summary>Buffers that can be taken now; more may come back at any time.</summary>
    public int Available
    {
        get
        {
            lock (_lock)
            {
                return _free.Count + (count - _made);
            }
        }
    }

    /// <summary>Takes one of those that are available.</summary>
    public PackBuffer Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var buffer))
            {
                return buffer;
            }

            return _made < count
                ? new PackBuffer(_region, _made++ * bufferBytes, bufferBytes)
                : throw new InvalidOperationException("A buffer was taken where none is available.");
        }
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(PackBuffer buffer)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _free.Push(buffer);
            waiting = _nextReturn;
            _nextReturn = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Completes with the next <see cref="Return"/> after this call, or with <see cref="Wake"/>.</summary>
    public Task NextReturnAsync()
    {
        lock (_lock)
        {
            _nextReturn ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _nextReturn.Task;
        }
    }

    /// <summary>Lets everyone who waits look again.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _nextReturn?.TrySetResult();
            _nextReturn = null;
        }
    }

    public void Dispose() => _region.Dispose();
}
