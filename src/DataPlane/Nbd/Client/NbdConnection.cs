using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// One connection in transmission. Callers block until their replies are there; one of them receives for all.
/// </summary>
internal sealed class NbdConnection : IDisposable
{
    private readonly NbdTransport _transport;
    private readonly PendingTable _pending = new();
    private readonly WriteLedger _ledger;
    private readonly ReplyReceiver _receiver;
    private readonly ReplyWatch _watch;
    private readonly Lock _sending = new();
    private readonly byte[] _header = new byte[RequestHeader.ExtendedBytes];

    private NbdConnection(NbdTransport transport, NegotiatedExport export, WriteLedger ledger, NbdClientOptions options)
    {
        (_transport, Export, _ledger) = (transport, export, ledger);
        _receiver = new ReplyReceiver(transport, export, _pending, ledger);
        _watch = new ReplyWatch(_pending, transport, options);
    }

    /// <summary>What was agreed on.</summary>
    public NegotiatedExport Export { get; }

    /// <summary>Requests that wait for their replies.</summary>
    public int InFlight => _pending.Count;

    /// <summary>Connects and agrees with the server.</summary>
    /// <exception cref="Devices.DeviceException">The server refuses.</exception>
    /// <exception cref="NbdProtocolException">The server breaks the protocol.</exception>
    /// <exception cref="ConnectionLostException">No connection, or it ended.</exception>
    public static NbdConnection Open(NbdClientOptions options, WriteLedger ledger)
    {
        var transport = NbdTransport.Connect(options.Uri, options.ConnectTime);
        try
        {
            NegotiatedExport export;
            using (new Timer(
                late => ((NbdTransport)late!).Abort("the server does not go on with the handshake"),
                transport, options.ConnectTime, Timeout.InfiniteTimeSpan))
            {
                export = new Handshake(transport, options).Negotiate();
            }

            return new NbdConnection(transport, export, ledger, options);
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <exception cref="NbdRequestException">The server answered with an error.</exception>
    /// <exception cref="NbdProtocolException">The server broke the protocol; the connection is of no use any
    /// more.</exception>
    /// <exception cref="ConnectionLostException">The connection ended; the request may be sent on another one.
    /// </exception>
    public void Perform(in NbdRequest request, CancellationToken cancellationToken)
    {
        var waiter = _pending.Rent();
        try
        {
            using (Watch(waiter, cancellationToken))
            {
                Send(request, _pending.Add(request, waiter, tag: 0));
                Wait(waiter).ThrowIfFailed();
            }
        }
        finally
        {
            _pending.Return(waiter);
        }
    }

    /// <summary>Somebody is going to have several requests in flight; to be given back.</summary>
    public ReplyWaiter Rent() => _pending.Rent();

    /// <summary>Waits no longer, and no request is its any more.</summary>
    public void Return(ReplyWaiter waiter) => _pending.Return(waiter);

    /// <summary>Ends the connection some time after a cancellation, should the replies not come.</summary>
    public CancellationTokenRegistration Watch(ReplyWaiter waiter, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(_watch.WhenCancelled, waiter);

    /// <summary>As if it were cancelled now.</summary>
    public void Cancel(ReplyWaiter waiter) => _watch.WhenCancelled(waiter);

    /// <summary>Notes a request that has no payload, to be sent by <see cref="Send(ReadOnlySpan{byte})"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="waiter">Who waits.</param>
    /// <param name="tag">What its reply is called.</param>
    /// <param name="header">Takes the header.</param>
    /// <returns>Bytes of the header.</returns>
    /// <exception cref="ConnectionLostException">The connection ended.</exception>
    public int Begin(in NbdRequest request, ReplyWaiter waiter, int tag, Span<byte> header)
    {
        var cookie = _pending.Add(request, waiter, tag);
        new RequestHeader(
            request.Command, request.Options, cookie, (ulong)request.OffsetBytes, (ulong)request.LengthBytes)
            .Write(header, Export.Extended);
        return RequestHeader.Bytes(Export.Extended);
    }

    /// <summary>Sends headers. A failure is told with the replies.</summary>
    public void Send(ReadOnlySpan<byte> headers)
    {
        try
        {
            lock (_sending)
            {
                _transport.Send(headers);
            }
        }
        catch (ConnectionLostException e)
        {
            _transport.Abort(e.Message);
        }
    }

    /// <summary>
    /// Waits for one reply of a waiter. Nobody writes to the buffer of that request any more, whatever happened.
    /// </summary>
    public Reply Wait(ReplyWaiter waiter)
    {
        while (true)
        {
            switch (_pending.Next(waiter, out var reply))
            {
                case ReplyTurn.Take:
                    return reply;
                case ReplyTurn.Receive:
                    ReceiveFor(waiter);
                    break;
                default:
                    waiter.Sleep();
                    break;
            }
        }
    }

    /// <summary>Ends the connection for everybody who uses it, and waits until nobody receives any more.</summary>
    public void Abort()
    {
        _transport.Abort("the connection was given up");
        if (_pending.TryBeginReceiving())
        {
            GiveUp(new ConnectionLostException(_transport.AbortReason));
            _pending.StopReceiving();
        }

        _pending.WaitUntilOver();
    }

    /// <summary>
    /// Ends the connection, politely where nobody waits for a reply. Nobody may be using it any more.
    /// </summary>
    public void Dispose()
    {
        _watch.Dispose();
        if (_pending.Count == 0)
        {
            TrySayGoodbye();
        }

        Abort();
        _transport.Dispose();
        _pending.Dispose();
    }

    private void Send(in NbdRequest request, ulong cookie)
    {
        var options = Export.Extended && request.Command == Command.Write
            ? request.Options | CommandOptions.PayloadLength
            : request.Options;
        var header = new RequestHeader(
            request.Command, options, cookie, (ulong)request.OffsetBytes, (ulong)request.LengthBytes);
        try
        {
            lock (_sending)
            {
                header.Write(_header, Export.Extended);
                _transport.Send(_header.AsSpan(0, RequestHeader.Bytes(Export.Extended)));
                _transport.Send(request.Payload.Span);
            }
        }
        catch (ConnectionLostException e)
        {
            // Whoever receives tells everybody who waits, this caller included.
            _transport.Abort(e.Message);
        }
    }

    private void ReceiveFor(ReplyWaiter waiter)
    {
        try
        {
            do
            {
                _receiver.ReceiveOne();
            }
            while (!_pending.HasEnded(waiter));
        }
        catch (Exception e)
        {
            GiveUp(e);
        }
        finally
        {
            _pending.StopReceiving();
        }
    }

    private void GiveUp(Exception reason)
    {
        _transport.Abort(reason.Message);
        _ledger.ConnectionLost();
        _pending.EndAll(reason);
    }

    private void TrySayGoodbye()
    {
        try
        {
            lock (_sending)
            {
                new RequestHeader(Command.Disconnect, CommandOptions.None, 0, 0, 0).Write(_header, Export.Extended);
                _transport.Send(_header.AsSpan(0, RequestHeader.Bytes(Export.Extended)));
            }
        }
        catch (ConnectionLostException)
        {
            // It ended in another way.
        }
    }
}
