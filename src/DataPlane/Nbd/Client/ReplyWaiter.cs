namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// A thread that waits for replies of one connection: to one request, or to several at once. Used again and again.
/// </summary>
internal sealed class ReplyWaiter : IDisposable
{
    private const long Never = long.MaxValue;

    private readonly ManualResetEventSlim _woken = new(initialState: false, spinCount: 0);
    private long _cancelledAt = Never;

    /// <summary>Replies that nobody has taken yet. Whoever uses it holds the gate of the table.</summary>
    public Queue<Reply> Ended { get; } = new();

    /// <summary><see cref="Environment.TickCount64"/> when its owner stopped to be interested.</summary>
    public long CancelledAt => Volatile.Read(ref _cancelledAt);

    /// <summary>Its owner does not want the replies any more, and waits only for its buffers.</summary>
    public void Cancel() => Volatile.Write(ref _cancelledAt, Environment.TickCount64);

    /// <summary>Starts over.</summary>
    public void Begin()
    {
        Ended.Clear();
        Volatile.Write(ref _cancelledAt, Never);
    }

    /// <summary>The thread is going to sleep. Whoever calls holds the gate of the table.</summary>
    public void WillSleep() => _woken.Reset();

    /// <summary>Sleeps until somebody calls <see cref="Wake"/>.</summary>
    public void Sleep() => _woken.Wait(CancellationToken.None);

    /// <summary>There is something to do.</summary>
    public void Wake() => _woken.Set();

    /// <inheritdoc/>
    public void Dispose() => _woken.Dispose();
}
