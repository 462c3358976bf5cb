using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// The requests of one connection that wait for their replies, and the threads that wait for them. There is no thread
/// that only receives: one of those that wait receives for all, until its own reply is there, and then has another one
/// go on. A thread that is alone with its connection is never woken by another.
/// </summary>
/// <remarks>
/// Its callers bound how many requests wait: a thread that blocks has one, a queue as many as its capacity allows.
/// </remarks>
internal sealed class PendingTable : IDisposable
{
    private const int PlaceBits = 16;

    private readonly Lock _gate = new();
    private readonly List<PendingRequest> _requests = [];
    private readonly Stack<int> _free = new();
    private readonly List<ReplyWaiter> _asleep = [];
    private readonly Stack<ReplyWaiter> _waiters = new();
    private readonly ManualResetEventSlim _over = new(initialState: false, spinCount: 0);
    private bool _someoneReceives;
    private volatile int _active;
    private ulong _next;
    private Exception? _end;

    /// <summary>Requests that wait.</summary>
    public int Count => _active;

    /// <summary>Somebody is going to wait; to be given back by <see cref="Return"/>.</summary>
    public ReplyWaiter Rent()
    {
        lock (_gate)
        {
            var waiter = _waiters.TryPop(out var used) ? used : new ReplyWaiter();
            waiter.Begin();
            return waiter;
        }
    }

    /// <summary>Waits no longer: no request is its any more.</summary>
    public void Return(ReplyWaiter waiter)
    {
        lock (_gate)
        {
            _waiters.Push(waiter);
        }
    }

    /// <summary>Takes a place.</summary>
    /// <returns>The handle that goes with the request.</returns>
    /// <exception cref="ConnectionLostException">No reply can come any more.</exception>
    public ulong Add(in NbdRequest request, ReplyWaiter waiter, int tag)
    {
        lock (_gate)
        {
            if (_end is not null)
            {
                throw new ConnectionLostException(_end.Message, _end);
            }

            if (!_free.TryPop(out var place))
            {
                place = _requests.Count;
                _requests.Add(new PendingRequest());
            }

            var cookie = (++_next << PlaceBits) | (uint)place;
            _requests[place].Begin(cookie, request, waiter, tag);
            _active++;
            return cookie;
        }
    }

    /// <summary>The request that a reply is for.</summary>
    /// <exception cref="NbdProtocolException">None waits for it.</exception>
    public PendingRequest Find(ulong cookie)
    {
        var place = PlaceOf(cookie);
        lock (_gate)
        {
            if (place < _requests.Count && _requests[place].IsActive && _requests[place].Cookie == cookie)
            {
                return _requests[place];
            }
        }

        throw new NbdProtocolException($"A reply came for the handle {cookie:x16}, which no request has.");
    }

    /// <summary>What a thread has to do that waits.</summary>
    public ReplyTurn Next(ReplyWaiter waiter, out Reply reply)
    {
        lock (_gate)
        {
            if (waiter.Ended.TryDequeue(out reply))
            {
                // It may have been woken to receive.
                WakeOneToReceive();
                return ReplyTurn.Take;
            }

            if (!_someoneReceives)
            {
                _someoneReceives = true;
                return ReplyTurn.Receive;
            }

            waiter.WillSleep();
            _asleep.Add(waiter);
            return ReplyTurn.Sleep;
        }
    }

    /// <summary>Whether a waiter has a reply to take.</summary>
    public bool HasEnded(ReplyWaiter waiter)
    {
        lock (_gate)
        {
            return waiter.Ended.Count > 0;
        }
    }

    /// <summary>Becomes the one who receives, if nobody is; false where the connection is over, too.</summary>
    public bool TryBeginReceiving()
    {
        lock (_gate)
        {
            var mayBegin = !_someoneReceives && _end is null;
            _someoneReceives |= mayBegin;
            return mayBegin;
        }
    }

    /// <summary>Whoever received stops to.</summary>
    public void StopReceiving()
    {
        lock (_gate)
        {
            _someoneReceives = false;
            WakeOneToReceive();
        }
    }

    /// <summary>A reply is whole. Only for whoever receives.</summary>
    public void End(PendingRequest request)
    {
        lock (_gate)
        {
            End(request, request.Error);
        }
    }

    /// <summary>
    /// No reply will come any more: everything that waits has failed, and everything later will. Only for whoever
    /// receives.
    /// </summary>
    public void EndAll(Exception error)
    {
        lock (_gate)
        {
            _end ??= error;
            foreach (var request in _requests)
            {
                if (request.IsActive)
                {
                    End(request, error);
                }
            }
        }

        _over.Set();
    }

    /// <summary>Waits until nobody receives and nothing waits.</summary>
    public void WaitUntilOver() => _over.Wait(CancellationToken.None);

    /// <summary>Looks for a request that waits longer than it may.</summary>
    /// <returns>Its handle and what is wrong with it; null where there is none.</returns>
    public (ulong Cookie, string Words)? FindOverdue(Func<PendingRequest, string?> look)
    {
        lock (_gate)
        {
            foreach (var request in _requests)
            {
                if (request.IsActive && look(request) is { } words)
                {
                    return (request.Cookie, words);
                }
            }
        }

        return null;
    }

    /// <summary>No more is waited for.</summary>
    public void Dispose()
    {
        while (_waiters.TryPop(out var waiter))
        {
            waiter.Dispose();
        }
    }

    private static int PlaceOf(ulong cookie) => (int)(cookie & ((1 << PlaceBits) - 1));

    private void End(PendingRequest request, Exception? error)
    {
        var waiter = request.Waiter!;
        waiter.Ended.Enqueue(new Reply(request.Tag, error));
        request.End();
        _free.Push(PlaceOf(request.Cookie));
        _active--;
        if (_asleep.Remove(waiter))
        {
            waiter.Wake();
        }
    }

    private void WakeOneToReceive()
    {
        if (!_someoneReceives && _asleep.Count > 0)
        {
            var waiter = _asleep[^1];
            _asleep.RemoveAt(_asleep.Count - 1);
            waiter.Wake();
        }
    }
}
