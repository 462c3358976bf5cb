using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Memory;

/// <summary>
/// One bound for the buffers of all jobs. A job asks once, before it takes any: it gets what it wants, or less, but not
/// less than it needs; where that is not to be had it waits for its turn, in the order of asking. Safe to use from many
/// threads.
/// </summary>
/// <remarks>
/// As long as others may come, a job gets no more than half of what is free, so that the first one does not take all;
/// more only where it needs more.
/// </remarks>
public sealed class MemoryBudget
{
    /// <summary>Bound of the jobs that wait.</summary>
    public const int MaximumWaiting = 64;

    private readonly Lock _gate = new();
    private readonly LinkedList<Request> _waiting = new();
    private readonly bool _forOneJob;
    private long _grantedBytes;

    /// <summary>Creates a budget of which nothing is granted.</summary>
    /// <param name="totalBytes">The bound.</param>
    /// <param name="forOneJob">Whether only one job will ask.</param>
    public MemoryBudget(long totalBytes, bool forOneJob = false)
    {
        if (totalBytes <= 0)
        {
            throw new UsageException($"A memory budget has at least 1 byte, not {totalBytes}.");
        }

        TotalBytes = totalBytes;
        _forOneJob = forOneJob;
    }

    /// <summary>The bound in bytes.</summary>
    public long TotalBytes { get; }

    /// <summary>What jobs hold now, in bytes; never more than the bound.</summary>
    public long GrantedBytes => Interlocked.Read(ref _grantedBytes);

    /// <summary>Jobs that wait.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Asks for memory; given back by disposing the grant.</summary>
    /// <param name="minimumBytes">What the job cannot do without.</param>
    /// <param name="wantedBytes">What it would use, at least the minimum.</param>
    /// <param name="waits">Told when it has to wait, once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UsageException">The minimum is more than the whole budget, or too many wait.</exception>
    public async Task<MemoryGrant> AcquireAsync(
        long minimumBytes, long wantedBytes, Action? waits, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minimumBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(wantedBytes, minimumBytes);
        RefuseWhatNeverFits(minimumBytes);
        var request = new Request(minimumBytes, wantedBytes);
        lock (_gate)
        {
            if (_waiting.Count >= MaximumWaiting)
            {
                throw new UsageException($"{MaximumWaiting} jobs wait for memory already; start it later.");
            }

            _waiting.AddLast(request.Place);
            GrantInOrder();
        }

        if (!request.Granted.Task.IsCompleted)
        {
            waits?.Invoke();
        }

        await using var giveUp = cancellationToken.UnsafeRegister(_ => GiveUp(request, cancellationToken), null);
        return await request.Granted.Task;
    }

    /// <summary>Called by a grant, once.</summary>
    internal void Return(long bytes)
    {
        lock (_gate)
        {
            Count(-bytes);
            GrantInOrder();
        }
    }

    private void RefuseWhatNeverFits(long minimumBytes)
    {
        if (minimumBytes > TotalBytes)
        {
            throw new UsageException(
                $"The job needs at least {minimumBytes} bytes of memory, and the memory budget is {TotalBytes}. "
                + "Raise the budget to that; a smaller I/O size needs less. Nothing was changed.");
        }
    }

    private void GiveUp(Request request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (request.Place.List is null)
            {
                return;
            }

            _waiting.Remove(request.Place);

            // Those behind it may need less.
            GrantInOrder();
        }

        request.Granted.TrySetCanceled(cancellationToken);
    }

    private void GrantInOrder()
    {
        while (_waiting.First is { } first && TotalBytes - _grantedBytes >= first.Value.MinimumBytes)
        {
            var free = TotalBytes - _grantedBytes;
            var share = _forOneJob ? free : free / 2;
            var bytes = Math.Min(first.Value.WantedBytes, Math.Max(first.Value.MinimumBytes, share));
            Count(bytes);
            _waiting.RemoveFirst();
            first.Value.Granted.SetResult(new MemoryGrant(this, bytes));
        }
    }

    private void Count(long bytes)
    {
        var granted = Interlocked.Add(ref _grantedBytes, bytes);
        if (granted < 0 || granted > TotalBytes)
        {
            throw new InvalidOperationException($"{granted} bytes of a memory budget of {TotalBytes} are granted.");
        }

        BufferPoolMetrics.Granted.Add(bytes);
    }

    private sealed class Request
    {
        public Request(long minimumBytes, long wantedBytes)
        {
            (MinimumBytes, WantedBytes) = (minimumBytes, wantedBytes);
            Place = new LinkedListNode<Request>(this);
        }

        public long MinimumBytes { get; }

        public long WantedBytes { get; }

        public LinkedListNode<Request> Place { get; }

        public TaskCompletionSource<MemoryGrant> Granted { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
