using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Connections;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>
/// Does one request at a time, with memory of its own that it keeps: a request allocates nothing. As many requests of a
/// connection are under way as it has workers.
/// </summary>
internal sealed class RequestWorker : IThreadPoolWorkItem, IDisposable
{
    private readonly RequestContext _context;
    private readonly RequestBuffer _buffer;
    private readonly ReadScratch _scratch = new();
    private readonly ReplyWriter _reply;
    private readonly ReadRequest _read;
    private readonly StatusRequest _status;
    private RequestHeader _request;

    /// <summary>Creates a worker of a connection.</summary>
    public RequestWorker(RequestContext context, RequestBuffer buffer)
    {
        (_context, _buffer) = (context, buffer);
        _reply = new ReplyWriter(context.Wire, context.Agreement, buffer);
        _read = new ReadRequest(context.Volume, _reply, buffer, _scratch, context.Counters);
        _status = new StatusRequest(context.Volume, _reply, _scratch);
    }

    /// <summary>Receives what belongs to a request, and begins it; it ends later, unless its data are long.</summary>
    public async ValueTask BeginAsync(RequestHeader request)
    {
        _request = request;
        _reply.Begin(request);
        var payloadBytes = request.PayloadBytes(_context.Agreement.IsExtended);
        if (payloadBytes > RequestBuffer.DataBytes)
        {
            await WriteInPartsAsync((long)payloadBytes);
            _context.End(this);
            return;
        }

        await _context.Wire.ReadAsync(_buffer.Data[..(int)payloadBytes], _context.Stop);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    public void Execute() => _ = RunAsync();

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private async Task RunAsync()
    {
        try
        {
            await AnswerAsync();
        }
        catch (Exception e)
        {
            _context.Break(e);
        }
        finally
        {
            _context.End(this);
        }
    }

    private async ValueTask AnswerAsync()
    {
        _context.Counters.AddRequest();
        var error = RequestRules.Check(_request, _context.Agreement, _context.Volume);
        if (error != NbdError.None)
        {
            await RefuseAsync(error);
            return;
        }

        switch (_request.Command)
        {
            case Command.Read when _request.LengthBytes > 0:
                await ReadAsync();
                break;
            case Command.BlockStatus:
                await _status.AnswerAsync(Wanted, Has(CommandOptions.RequestOne), _context.Stop);
                break;
            default:
                await ChangeAndAnswerAsync();
                break;
        }
    }

    private ValueTask ReadAsync() => _context.Agreement.IsChunked
        ? _read.InChunksAsync(Wanted, Has(CommandOptions.DoNotFragment), _context.Stop)
        : _read.InOneAsync(Wanted, _context.Stop);

    private async ValueTask ChangeAndAnswerAsync()
    {
        try
        {
            await ChangeAsync();
        }
        catch (Exception e) when (e is IOException or VolumeReadException)
        {
            await _reply.FailAsync(_context.Faults.Tell(_request, e), e.Message, _context.Stop);
            return;
        }

        await _reply.DoneAsync(_context.Stop);
    }

    private async ValueTask ChangeAsync()
    {
        var volume = _context.Volume;
        if (_request.Command == Command.Flush)
        {
            await volume.FlushAsync(_context.Stop);
            return;
        }

        if (_request.LengthBytes == 0)
        {
            return;
        }

        switch (_request.Command)
        {
            case Command.Write:
                await WritePartAsync(Wanted.OffsetBytes, (int)Wanted.LengthBytes);
                break;
            case Command.WriteZeroes:
                await volume.ZeroAsync(Wanted, Has(CommandOptions.NoHole), _scratch, _context.Stop);
                break;
            case Command.Trim:
                await volume.TrimAsync(Wanted, _context.Stop);
                break;
            case Command.Cache:
                volume.Prefetch(Wanted);
                break;
            default:
                return;
        }

        await FlushIfAskedAsync();
    }

    /// <summary>
    /// Writes more than the buffer holds, while it comes. All of it is received whatever happens: what follows is the
    /// next request.
    /// </summary>
    private async ValueTask WriteInPartsAsync(long payloadBytes)
    {
        _context.Counters.AddRequest();
        var error = RequestRules.Check(_request, _context.Agreement, _context.Volume);
        var message = "";
        for (var done = 0L; done < payloadBytes;)
        {
            var lengthBytes = (int)Math.Min(payloadBytes - done, RequestBuffer.DataBytes);
            await _context.Wire.ReadAsync(_buffer.Data[..lengthBytes], _context.Stop);
            _context.Wire.ExtendDeadline();
            if (error == NbdError.None)
            {
                (error, message) = await TryAsync(WritePartAsync(Wanted.OffsetBytes + done, lengthBytes));
            }

            done += lengthBytes;
        }

        if (error == NbdError.None)
        {
            (error, message) = await TryAsync(FlushIfAskedAsync());
        }

        await (error == NbdError.None
            ? _reply.DoneAsync(_context.Stop)
            : _reply.FailAsync(error, message, _context.Stop));
    }

    private async ValueTask WritePartAsync(long offsetBytes, int lengthBytes)
    {
        await _context.Volume.WriteAsync(offsetBytes, _buffer.Data[..lengthBytes], _scratch, _context.Stop);
        _context.Counters.AddWritten(lengthBytes);
    }

    private async ValueTask<(NbdError Error, string Message)> TryAsync(ValueTask change)
    {
        try
        {
            await change;
            return (NbdError.None, "");
        }
        catch (Exception e) when (e is IOException or VolumeReadException)
        {
            return (_context.Faults.Tell(_request, e), e.Message);
        }
    }

    private ValueTask FlushIfAskedAsync() => Has(CommandOptions.ForceUnitAccess)
        ? _context.Volume.FlushAsync(_context.Stop)
        : ValueTask.CompletedTask;

    private ValueTask RefuseAsync(NbdError error)
    {
        var what = error switch
        {
            NbdError.NotPermitted => "The backup is served read-only.",
            NbdError.NoSpace => "That is beyond the end of the volume.",
            NbdError.Overflow => "That is more than one reply can have.",
            NbdError.NotSupported => "Zeros that take their space are written like data.",
            _ => "The request makes no sense here: command, flags, offset or length.",
        };
        return _reply.FailAsync(error, what, _context.Stop);
    }

    private Extent Wanted => new((long)_request.OffsetBytes, (long)_request.LengthBytes);

    private bool Has(CommandOptions option) => _request.Options.HasFlag(option);
}
