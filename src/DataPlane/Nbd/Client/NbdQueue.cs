using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Several reads of one thread, on one connection. Requests go out together, at the latest when the thread waits; what
/// is left without a reply when the connection is lost is asked for again one by one.
/// </summary>
internal sealed class NbdQueue : IIoQueue
{
    private readonly NbdDevice _device;
    private readonly NbdClient _client;
    private readonly NbdTransfers _transfers;
    private readonly NbdLink _link;
    private readonly CancellationToken _cancellationToken;
    private readonly QueuedRequests _requests = new();
    private readonly Stack<QueuedTransfer> _free = new();
    private readonly Queue<IoCompletion> _ended = new();
    private readonly byte[] _unsent;
    private int _unsentBytes;
    private NbdConnection? _connection;
    private ReplyWaiter? _waiter;
    private CancellationTokenRegistration _watch;

    /// <summary>Opens a queue; nothing is sent yet.</summary>
    public NbdQueue(
        NbdDevice device, NbdClient client, NbdTransfers transfers, int capacity, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (_device, _client, _transfers) = (device, client, transfers);
        (_link, Capacity, _cancellationToken) = (client.NextLink(), capacity, cancellationToken);
        _unsent = new byte[capacity * RequestHeader.ExtendedBytes];
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc/>
    public int InFlight { get; private set; }

    /// <inheritdoc/>
    public void BeginRead(long offsetBytes, Memory<byte> buffer, int tag)
    {
        var transfer = Start(offsetBytes, buffer.Length, tag);
        while (buffer.Length > 0)
        {
            var (isZero, length) = _device.TakeKnown(offsetBytes, buffer);
            if (!isZero)
            {
                length = BeginPart(offsetBytes, buffer[..length], transfer);
            }

            offsetBytes += length;
            buffer = buffer[length..];
        }

        End(transfer, error: null);
    }

    /// <summary>Begins to write a buffer: it is done when this returns.</summary>
    /// <remarks>
    /// A server may read no more before it has got rid of its replies: they are taken before a payload is sent.
    /// </remarks>
    /// <inheritdoc cref="IIoQueue.BeginWrite"/>
    public void BeginWrite(long offsetBytes, ReadOnlyMemory<byte> buffer, int tag)
    {
        var transfer = Start(offsetBytes, buffer.Length, tag);
        while (_requests.Count > 0)
        {
            TakeReply();
        }

        End(transfer, ErrorOf(() => Transfers.Blocking.Wait(
            _device.WriteAsync(offsetBytes, buffer, _cancellationToken))));
    }

    /// <inheritdoc/>
    public void Submit()
    {
        if (_unsentBytes > 0)
        {
            _connection!.Send(_unsent.AsSpan(0, _unsentBytes));
            _unsentBytes = 0;
        }
    }

    /// <inheritdoc/>
    public IoCompletion Wait()
    {
        if (InFlight == 0)
        {
            throw new InvalidOperationException("No transfer is in flight.");
        }

        IoCompletion completion;
        while (!_ended.TryDequeue(out completion))
        {
            TakeReply();
        }

        InFlight--;
        return completion;
    }

    /// <summary>Waits for the replies that are under way; soon the connection is ended instead.</summary>
    public void Dispose()
    {
        if (_requests.Count > 0)
        {
            Submit();
            _connection!.Cancel(_waiter!);
            while (_requests.Count > 0)
            {
                _requests.Remove(_connection.Wait(_waiter!).Tag, out _);
            }
        }

        Leave();
        InFlight = 0;
    }

    private QueuedTransfer Start(long offsetBytes, int lengthBytes, int tag)
    {
        DeviceRange.Check(_device, offsetBytes, lengthBytes);
        if (InFlight == Capacity)
        {
            throw new InvalidOperationException($"{Capacity} transfers are in flight already.");
        }

        InFlight++;
        var transfer = _free.TryPop(out var used) ? used : new QueuedTransfer();
        transfer.Start(tag);
        return transfer;
    }

    /// <summary>Asks for as much as one request can; what lies off the server's blocks is read at once.</summary>
    /// <returns>How much of the buffer that is.</returns>
    private int BeginPart(long offsetBytes, Memory<byte> buffer, QueuedTransfer transfer)
    {
        transfer.AddPart();
        if (_transfers.WholeBlockBytes(offsetBytes, buffer.Length) is > 0 and var whole)
        {
            Begin(NbdRequest.Read(offsetBytes, buffer[..whole]), transfer);
            return whole;
        }

        var edge = _transfers.EdgeBytes(offsetBytes, buffer.Length);
        End(transfer, ReadEdge(offsetBytes, buffer[..edge]));
        return edge;
    }

    private Exception? ReadEdge(long offsetBytes, Memory<byte> edge) =>
        ErrorOf(() => _transfers.Read(offsetBytes, edge, _cancellationToken));

    private void Begin(in NbdRequest request, QueuedTransfer transfer)
    {
        if (_unsentBytes + RequestHeader.ExtendedBytes > _unsent.Length)
        {
            Submit();
        }

        var tag = _requests.Add(request, transfer);
        try
        {
            UseConnection();
            _unsentBytes += _connection!.Begin(request, _waiter!, tag, _unsent.AsSpan(_unsentBytes));
        }
        catch (Exception e) when (e is ConnectionLostException or DeviceException or OperationCanceledException)
        {
            Take(new Reply(tag, e));
        }
    }

    /// <summary>
    /// Stays with a connection as long as a reply can come on it; one that is lost is made again here.
    /// </summary>
    private void UseConnection()
    {
        // The request that is being begun is counted already.
        if (_requests.Count > 1 && _connection is not null)
        {
            return;
        }

        var connection = _link.Get(_client.Export, _cancellationToken);
        if (connection != _connection)
        {
            Leave();
            (_connection, _waiter) = (connection, connection.Rent());
            _watch = connection.Watch(_waiter, _cancellationToken);
        }
    }

    private void Leave()
    {
        _watch.Dispose();
        _connection?.Return(_waiter!);
        (_connection, _waiter, _unsentBytes) = (null, null, 0);
    }

    private void TakeReply()
    {
        Submit();
        Take(_connection!.Wait(_waiter!));
    }

    private void Take(Reply reply)
    {
        var request = _requests.Remove(reply.Tag, out var transfer);
        End(transfer, reply.Error is null ? null : Judge(request, reply.Error));
    }

    private Exception? Judge(NbdRequest request, Exception error)
    {
        if (error is DeviceException or OperationCanceledException)
        {
            return error;
        }

        if (_cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(_cancellationToken);
        }

        return _client.Judge(request, _link, _connection!, error)
            ?? ErrorOf(() => _client.Perform(request, _cancellationToken));
    }

    private void End(QueuedTransfer transfer, Exception? error)
    {
        if (transfer.EndPart(error))
        {
            _ended.Enqueue(new IoCompletion(transfer.Tag, transfer.Error));
            _free.Push(transfer);
        }
    }

    private static Exception? ErrorOf(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
