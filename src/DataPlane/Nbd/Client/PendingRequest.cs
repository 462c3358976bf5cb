using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// A request that waits for its reply; its place is used again for the next one. Until its end it belongs to whoever
/// receives, who alone writes to the target.
/// </summary>
internal sealed class PendingRequest
{
    private readonly CoveredRanges _covered = new();

    /// <summary>Tells the reply apart from all others of the connection, those of the past included.</summary>
    public ulong Cookie { get; private set; }

    /// <summary>Whether a reply may come.</summary>
    public bool IsActive { get; private set; }

    /// <summary>What was asked for.</summary>
    public NbdRequest Request { get; private set; }

    /// <summary>Who waits for the reply; null when it is not active.</summary>
    public ReplyWaiter? Waiter { get; private set; }

    /// <summary>What that one calls the request.</summary>
    public int Tag { get; private set; }

    /// <summary><see cref="Environment.TickCount64"/> when it began to wait.</summary>
    public long BegunAt { get; private set; }

    /// <summary>What the server refused; null where it has gone well so far.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Starts to wait.</summary>
    public void Begin(ulong cookie, in NbdRequest request, ReplyWaiter waiter, int tag)
    {
        _covered.Clear();
        request.Statuses?.Clear();
        (Cookie, Request, Waiter, Tag) = (cookie, request, waiter, tag);
        (Error, BegunAt, IsActive) = (null, Environment.TickCount64, true);
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
    public void Refuse(NbdError error, string message) => Error ??= new NbdRequestException(error, message);

    /// <summary>The last of the reply is there.</summary>
    /// <exception cref="NbdProtocolException">A read was answered without an error, but not whole.</exception>
    public void RefuseIfNotWhole()
    {
        if (Error is null && Request.Command == Command.Read && _covered.TotalBytes != Request.LengthBytes)
        {
            throw new NbdProtocolException(
                $"A reply tells {_covered.TotalBytes} of {Request.LengthBytes} bytes at offset {Request.OffsetBytes}.");
        }
    }

    /// <summary>Nobody writes to the target any more.</summary>
    public void End()
    {
        (IsActive, Waiter) = (false, null);
        Request = Request with { Target = default, Payload = default, Statuses = null };
    }
}
