using System.Net.Security;
using System.Threading.Channels;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Requests;

namespace BackupEngine.DataPlane.Nbd.Server.Connections;

/// <summary>
/// One client, from its handshake to its end. What it does wrong ends its own connection and nothing else; what it may
/// hold of the server is bounded: a number of requests, each with one buffer.
/// </summary>
internal sealed class NbdConnection(
    NbdWire wire,
    Export export,
    SslServerAuthenticationOptions? tls,
    AlignedBufferPool buffers,
    ServeCounters counters,
    WriteFaults faults,
    NbdServerLimits limits,
    ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<RequestWorker> _idle = Channel.CreateUnbounded<RequestWorker>();
    private readonly List<RequestWorker> _workers = [];
    private RequestContext? _context;

    /// <summary>Whether the client has let its time go by; the connection is to be aborted then.</summary>
    public bool IsOverdue => wire.IsOverdue;

    /// <summary>Serves the client until it leaves, fails, or the server ends. Never fails.</summary>
    /// <param name="ending">The server ends: nothing more is received, what is under way is answered.</param>
    public async Task RunAsync(CancellationToken ending)
    {
        try
        {
            if (await ShakeHandsAsync(ending) is { } agreement)
            {
                await TransmitAsync(agreement, ending);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            logger.LogDebug("A client is left because the server ends");
        }
        catch (Exception e)
        {
            Log(e);
        }
        finally
        {
            await CloseAsync();
        }
    }

    /// <summary>Ends the connection at once; one that has ended stays as it is.</summary>
    public void Abort()
    {
        try
        {
            _stop.Cancel();
            wire.Abort();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task<Agreement?> ShakeHandsAsync(CancellationToken ending)
    {
        wire.InDeadline.Set(limits.Handshake);
        return await new Handshake(wire, export, tls).RunAsync(ending);
    }

    private async Task TransmitAsync(Agreement agreement, CancellationToken ending)
    {
        _context = new RequestContext
        {
            Wire = wire,
            Agreement = agreement,
            Volume = export.Volume,
            Counters = counters,
            Faults = faults,
            Stop = _stop.Token,
            End = worker => _idle.Writer.TryWrite(worker),
            Break = Break,
        };
        var header = new byte[RequestHeader.Bytes(agreement.IsExtended)];
        while (await wire.WaitForMessageAsync(ending))
        {
            await wire.ReadAsync(header, _stop.Token);
            var request = RequestHeader.Read(header, agreement.IsExtended);
            if (request.Command == Command.Disconnect)
            {
                return;
            }

            if (request.PayloadBytes(agreement.IsExtended) > NbdLimits.DefaultPayloadBytes)
            {
                throw new NbdProtocolException($"A request with {request.LengthBytes} bytes of data came.");
            }

            var worker = await WorkerAsync();
            await BeginAsync(worker, request);
        }
    }

    private async ValueTask BeginAsync(RequestWorker worker, RequestHeader request)
    {
        try
        {
            wire.ExtendDeadline();
            await worker.BeginAsync(request);
        }
        catch
        {
            _idle.Writer.TryWrite(worker);
            throw;
        }
    }

    /// <summary>A worker with nothing to do; where all are busy one is waited for, and the client may wait.</summary>
    private async ValueTask<RequestWorker> WorkerAsync()
    {
        if (_idle.Reader.TryRead(out var idle))
        {
            return idle;
        }

        if (_workers.Count < limits.RequestsOfConnection)
        {
            var added = new RequestWorker(_context!, new RequestBuffer(buffers.Rent()));
            _workers.Add(added);
            return added;
        }

        wire.InDeadline.Clear();
        return await _idle.Reader.ReadAsync(_stop.Token);
    }

    private void Break(Exception cause)
    {
        if (!_stop.IsCancellationRequested)
        {
            Log(cause);
        }

        Abort();
    }

    /// <summary>Waits for what is under way: it is answered where the client still listens.</summary>
    private async Task CloseAsync()
    {
        wire.InDeadline.Clear();
        for (var ended = 0; ended < _workers.Count; ended++)
        {
            await _idle.Reader.ReadAsync(CancellationToken.None);
        }

        _workers.ForEach(worker => worker.Dispose());
        await wire.DisposeAsync();
    }

    private void Log(Exception cause)
    {
        switch (cause)
        {
            case NbdProtocolException or InvalidDataException or System.Security.Authentication.AuthenticationException:
                logger.LogWarning("A client was left: {Cause}", cause.Message);
                break;
            case IOException or ObjectDisposedException or OperationCanceledException:
                logger.LogDebug("A client has gone: {Cause}", cause.Message);
                break;
            default:
                logger.LogError(cause, "A client was left because of a defect of this program");
                break;
        }
    }
}
