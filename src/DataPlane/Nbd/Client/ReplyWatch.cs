using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Ends a connection whose server does not answer: after the time that a reply may take, or soon after nobody wants
/// the reply any more, whose buffer the server may still fill.
/// </summary>
internal sealed class ReplyWatch : IDisposable
{
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(10);

    private readonly PendingTable _pending;
    private readonly NbdTransport _transport;
    private readonly TimeSpan _replyTime;
    private readonly TimeSpan _cancelTime;
    private readonly Func<PendingRequest, string?> _look;
    private readonly Timer _timer;
    private ulong _suspect;

    /// <summary>Begins to look after a connection.</summary>
    /// <param name="pending">Its requests.</param>
    /// <param name="transport">What is ended.</param>
    /// <param name="options">How long a reply may take.</param>
    public ReplyWatch(PendingTable pending, NbdTransport transport, NbdClientOptions options)
    {
        (_pending, _transport, _look) = (pending, transport, WhatIsOverdue);
        (_replyTime, _cancelTime) = (options.ReplyTime, options.CancelTime);
        WhenCancelled = waiter =>
        {
            ((ReplyWaiter)waiter!).Cancel();
            _timer!.Change(_cancelTime, TimeSpan.FromSeconds(1));
        };
        var period = _replyTime == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : Min(_replyTime / 4, LongestPeriod);
        _timer = new Timer(_ => Look(), state: null, period, period);
    }

    /// <summary>To be called with a <see cref="ReplyWaiter"/> whose owner has been cancelled.</summary>
    public Action<object?> WhenCancelled { get; }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>
    /// A request is overdue when it is twice in a row: after this process stood still for long, the reply may be there
    /// and nobody has had the time to take it.
    /// </summary>
    private void Look()
    {
        var overdue = _pending.FindOverdue(_look);
        if (overdue is { } late && late.Cookie == _suspect)
        {
            _transport.Abort(late.Words);
        }

        _suspect = overdue?.Cookie ?? 0;
    }

    private string? WhatIsOverdue(PendingRequest request)
    {
        var now = Environment.TickCount64;
        if (request.Waiter!.CancelledAt is var cancelled
            && now - _cancelTime.TotalMilliseconds >= cancelled)
        {
            return "the work was cancelled, and the server did not answer";
        }

        return _replyTime > TimeSpan.Zero && now - request.BegunAt >= _replyTime.TotalMilliseconds
            ? $"no answer to {request.Request.Describe()} within {_replyTime.TotalSeconds:0.#} s"
            : null;
    }
}
