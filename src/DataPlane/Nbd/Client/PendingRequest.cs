using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// A request that waits for its reply; used again for the next one. Between <see cref="Begin"/> and its end it belongs
/// to the receiver, which alone writes to the target.
/// </summary>
internal sealed class PendingRequest : IDisposable
{
    private readonly ManualResetEventSlim _ended = new(initialState: false, spinCount: 0);
    private readonly CoveredRanges _covered = new();
    private Exception? _error;

    /// <summary>Tells the reply apart from all others of the connection, those of the past included.</summary>
    public ulong Cookie { get; private set; }

    /// <summary>Whether a reply may come.</summary>
    public bool IsActive { get; private set; }

    /// <summary>What was asked for.</summary>
    public NbdRequest Request { get; private set; }

    /// <summary>Starts to wait.</summary>
    public void Begin(ulong cookie, in NbdRequest request)
    {
        _ended.Reset();
        _covered.Clear();
        _error = null;
        request.Statuses?.Clear();
        (Cookie, Request, IsActive) = (cookie, request, true);
    }

    /// <summary>The part of the target that a content chunk fills; it counts as filled from now on.</summary>
    /// <exception cref="NbdProtocolException">It lies outside of the request, or was filled before.</exception>
    public Memory<byte> Fill(ulong offsetBytes, ulong lengthBytes)
    {
        var (start, length) = ((ulong)Request.OffsetBytes, (ulong)Request.LengthBytes);
        if (Request.Command != Command.Read || offsetBytes < start || lengthBytes > length
            || offsetBytes - start > length - lengthBytes || lengthBytes == 0)
        {
            throw new NbdProtocolException(
                $"A chunk of {lengthBytes} bytes at offset {offsetBytes} came in answer to a request for "
                + $"{length} bytes at offset {start} ({Request.Command}).");
        }

        var from = (long)(offsetBytes - start);
        _covered.Add(from, from + (long)lengthBytes);
        return Request.Target.Slice((int)from, (int)lengthBytes);
    }

    /// <summary>The server tells an error; the first one counts.</summary>
    public void Refuse(NbdError error, string message) => _error ??= new NbdRequestException(error, message);

    /// <summary>The last of the reply is there.</summary>
    /// <exception cref="NbdProtocolException">A read was answered without an error, but not whole.</exception>
    public void End()
    {
        if (_error is null && Request.Command == Command.Read && _covered.TotalBytes != Request.LengthBytes)
        {
            throw new NbdProtocolException(
                $"A reply tells {_covered.TotalBytes} of {Request.LengthBytes} bytes at offset {Request.OffsetBytes}.");
        }

        Finish();
    }

    /// <summary>Whether it has gone well so far.</summary>
    public bool IsGood => _error is null;

    /// <summary>No reply will come.</summary>
    public void Fail(Exception error)
    {
        _error = error;
        Finish();
    }

    /// <summary>Waits for the end; false when it has not come in time.</summary>
    public bool Wait(TimeSpan time, CancellationToken cancellationToken) => _ended.Wait(time, cancellationToken);

    /// <summary>Throws what went wrong, as a new exception: one error may fail many requests.</summary>
    public void ThrowIfFailed()
    {
        switch (_error)
        {
            case null:
                return;
            case NbdRequestException refused:
                throw refused;
            case NbdProtocolException broken:
                throw new NbdProtocolException(broken.Message);
            default:
                throw new ConnectionLostException(_error.Message, _error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();

    private void Finish()
    {
        IsActive = false;
        Request = Request with { Target = default, Payload = default, Statuses = null };
        _ended.Set();
    }
}
