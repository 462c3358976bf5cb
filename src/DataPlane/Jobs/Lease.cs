namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// How long a client may have its jobs go on and its devices held open without being heard of. Once it has run out it
/// is never renewed: somebody else may be at work by then. Safe to use from many threads.
/// </summary>
/// <remarks>
/// Its end is a point in time of the host's monotonic clock, which client and server share, so that neither a message
/// that was long under way nor a process that was stopped makes it longer than the client has meant it to be.
/// </remarks>
internal sealed class Lease : IDisposable
{
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _ended = new();
    private long _validUntil;
    private volatile bool _hasEnded;

    /// <summary>A lease that is good until a timestamp of the clock.</summary>
    public Lease(string id, long validUntil, TimeProvider time)
    {
        (Id, _validUntil, _time) = (id, validUntil, time);
        Ended = _ended.Token;
        _timer = time.CreateTimer(
            static lease => ((Lease)lease!).EndWhenDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        EndWhenDue();
    }

    /// <summary>The id that the client chose.</summary>
    public string Id { get; }

    /// <summary>Cancelled soon after it has run out.</summary>
    public CancellationToken Ended { get; }

    /// <summary>
    /// Whether it has run out. Exact, also in a process that was stopped until now and whose timers have not fired.
    /// </summary>
    public bool HasEnded => _hasEnded || _time.GetTimestamp() >= Interlocked.Read(ref _validUntil);

    /// <summary>Makes it longer, never shorter; false: it has run out.</summary>
    public bool TryExtend(long validUntil)
    {
        lock (_gate)
        {
            if (HasEnded)
            {
                return false;
            }

            Interlocked.Exchange(ref _validUntil, Math.Max(_validUntil, validUntil));
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _ended.Dispose();
    }

    private void EndWhenDue()
    {
        lock (_gate)
        {
            if (!HasEnded)
            {
                _timer.Change(
                    _time.GetElapsedTime(_time.GetTimestamp(), _validUntil) + Rounding, Timeout.InfiniteTimeSpan);
                return;
            }

            _hasEnded = true;
        }

        _ended.Cancel();
        Dispose();
    }
}
