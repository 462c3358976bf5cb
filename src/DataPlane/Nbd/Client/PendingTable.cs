using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>The requests of one connection that wait for their replies: a fixed number of places.</summary>
internal sealed class PendingTable : IDisposable
{
    /// <summary>Requests at once, which is more than any caller has in flight.</summary>
    public const int Places = 64;

    private const int PlaceBits = 16;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room = new(Places, Places);
    private readonly PendingRequest[] _requests = new PendingRequest[Places];
    private readonly Stack<int> _free = new(Places);
    private ulong _next;
    private Exception? _end;

    /// <summary>Creates all places.</summary>
    public PendingTable()
    {
        for (var i = 0; i < Places; i++)
        {
            _requests[i] = new PendingRequest();
            _free.Push(i);
        }
    }

    /// <summary>Requests that wait.</summary>
    public int Count => Places - _room.CurrentCount;

    /// <summary>Takes a place, as soon as one is free.</summary>
    /// <exception cref="ConnectionLostException">No reply can come any more.</exception>
    public PendingRequest Add(in NbdRequest request, CancellationToken cancellationToken)
    {
        _room.Wait(cancellationToken);
        lock (_gate)
        {
            if (_end is null)
            {
                var place = _free.Pop();
                _requests[place].Begin((++_next << PlaceBits) | (uint)place, request);
                return _requests[place];
            }
        }

        _room.Release();
        throw new ConnectionLostException(_end.Message, _end);
    }

    /// <summary>Gives a place back, after its end.</summary>
    public void Remove(PendingRequest request)
    {
        lock (_gate)
        {
            _free.Push(PlaceOf(request.Cookie));
        }

        _room.Release();
    }

    /// <summary>The request that a reply is for.</summary>
    /// <exception cref="NbdProtocolException">None waits for it.</exception>
    public PendingRequest Find(ulong cookie)
    {
        var place = PlaceOf(cookie);
        lock (_gate)
        {
            if (place < Places && _requests[place].IsActive && _requests[place].Cookie == cookie)
            {
                return _requests[place];
            }
        }

        throw new NbdProtocolException($"A reply came for the handle {cookie:x16}, which no request has.");
    }

    /// <summary>No reply will come any more: everything that waits has failed, and everything later will.</summary>
    public void End(Exception error)
    {
        lock (_gate)
        {
            _end = error;
            foreach (var request in _requests.Where(request => request.IsActive))
            {
                request.Fail(error);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_requests, request => request.Dispose());
        _room.Dispose();
    }

    private static int PlaceOf(ulong cookie) => (int)(cookie & ((1 << PlaceBits) - 1));
}
