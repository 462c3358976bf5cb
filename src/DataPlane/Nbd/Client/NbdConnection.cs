using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// One connection in transmission. Callers block until their reply is there; a thread of its own takes the replies.
/// </summary>
internal sealed class NbdConnection : IDisposable
{
    /// <summary>How long a request that was cancelled is waited for before the connection is given up.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(5);

    private readonly NbdTransport _transport;
    private readonly PendingTable _pending = new();
    private readonly WriteLedger _ledger;
    private readonly Lock _sending = new();
    private readonly byte[] _header = new byte[RequestHeader.ExtendedBytes];
    private readonly Thread _receiver;

    private NbdConnection(NbdTransport transport, NegotiatedExport export, WriteLedger ledger)
    {
        (_transport, Export, _ledger) = (transport, export, ledger);
        _receiver = new Thread(Receive, 256 * 1024) { IsBackground = true, Name = "nbd" };
        _receiver.Start();
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
            using var limit = new Timer(
                late => ((NbdTransport)late!).Abort(), transport, options.ConnectTime, Timeout.InfiniteTimeSpan);
            return new NbdConnection(transport, new Handshake(transport, options).Negotiate(), ledger);
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
        var waiting = _pending.Add(request, cancellationToken);
        try
        {
            Send(request, waiting.Cookie);
            Await(waiting, cancellationToken);
        }
        finally
        {
            _pending.Remove(waiting);
        }
    }

    /// <summary>Ends the connection for everybody who uses it, and waits until nobody receives any more.</summary>
    public void Abort()
    {
        _transport.Abort();
        _receiver.Join();
    }

    /// <summary>
    /// Ends the connection, politely where nobody waits for a reply. Nobody may be using it any more.
    /// </summary>
    public void Dispose()
    {
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
        catch (ConnectionLostException)
        {
            // The receiver tells everybody who waits, this caller included.
            _transport.Abort();
        }
    }

    /// <summary>
    /// Returns only when the receiver has let go of the caller's buffer, whatever happens.
    /// </summary>
    private void Await(PendingRequest waiting, CancellationToken cancellationToken)
    {
        try
        {
            waiting.Wait(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (!waiting.Wait(CancelGrace, CancellationToken.None))
            {
                _transport.Abort();
                waiting.Wait(Timeout.InfiniteTimeSpan, CancellationToken.None);
            }

            throw;
        }

        waiting.ThrowIfFailed();
    }

    private void Receive()
    {
        try
        {
            var receiver = new ReplyReceiver(_transport, Export, _pending, _ledger);
            while (true)
            {
                receiver.ReceiveOne();
            }
        }
        catch (Exception e)
        {
            _transport.Abort();
            _ledger.ConnectionLost();
            _pending.End(e);
        }
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
