using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Connections;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>Sends the replies to one request at a time, in the form that was agreed on.</summary>
internal sealed class ReplyWriter(NbdWire wire, Agreement agreement, RequestBuffer buffer)
{
    /// <summary>Clients show messages to people; longer ones are cut.</summary>
    private const int LongestMessage = 512;

    private RequestHeader _request;

    /// <summary>Begins with another request.</summary>
    public void Begin(RequestHeader request) => _request = request;

    /// <summary>The request has succeeded, and there is nothing more to say.</summary>
    public ValueTask DoneAsync(CancellationToken cancellationToken) => agreement.IsChunked
        ? SendChunkAsync(ReplyType.None, payloadBytes: 0, ReplyOptions.Done, cancellationToken)
        : SendSimpleAsync(NbdError.None, dataBytes: 0, cancellationToken);

    /// <summary>The request has failed as a whole.</summary>
    public ValueTask FailAsync(NbdError error, string message, CancellationToken cancellationToken) =>
        agreement.IsChunked
            ? SendErrorAsync(new ErrorChunk(error, Cut(message), OffsetBytes: null), isLast: true, cancellationToken)
            : SendSimpleAsync(error, dataBytes: 0, cancellationToken);

    /// <summary>A part of a read has failed. Only in chunks.</summary>
    public ValueTask FailAtAsync(
        long offsetBytes, NbdError error, string message, bool isLast, CancellationToken cancellationToken) =>
        SendErrorAsync(new ErrorChunk(error, Cut(message), (ulong)offsetBytes), isLast, cancellationToken);

    /// <summary>Data that were read into the buffer, as a chunk of a reply.</summary>
    public ValueTask DataAsync(long offsetBytes, int lengthBytes, bool isLast, CancellationToken cancellationToken)
    {
        var prefix = ReadChunk.DataPrefixBytes;
        var header = ReplyHeader.Bytes(agreement.IsExtended);
        var message = buffer.Message(header + prefix, lengthBytes);
        Chunk(ReplyType.OffsetData, prefix + lengthBytes, Last(isLast)).Write(message.Span, agreement.IsExtended);
        ReadChunk.WriteDataPrefix(message.Span[header..], (ulong)offsetBytes);
        return wire.SendAsync(message, cancellationToken);
    }

    /// <summary>Zeros, without sending them. Only in chunks.</summary>
    public ValueTask HoleAsync(Extent hole, bool isLast, CancellationToken cancellationToken)
    {
        new ReadChunk((ulong)hole.OffsetBytes, checked((uint)hole.LengthBytes)).WriteHole(buffer.Data.Span);
        return SendChunkAsync(ReplyType.OffsetHole, ReadChunk.HolePayloadBytes, Last(isLast), cancellationToken);
    }

    /// <summary>What is allocated.</summary>
    public ValueTask StatusAsync(ReadOnlySpan<StatusExtent> extents, CancellationToken cancellationToken)
    {
        var extended = agreement.IsExtended;
        BlockStatusChunk.Write(buffer.Data.Span, Agreement.AllocationId, extents, extended);
        return SendChunkAsync(
            BlockStatusChunk.Type(extended),
            BlockStatusChunk.Bytes(extents.Length, extended),
            ReplyOptions.Done,
            cancellationToken);
    }

    /// <summary>A simple reply with data that were read into the buffer.</summary>
    public ValueTask SimpleDataAsync(int lengthBytes, CancellationToken cancellationToken) =>
        SendSimpleAsync(NbdError.None, lengthBytes, cancellationToken);

    /// <summary>
    /// Begins a simple reply whose data come in parts; nothing else is sent before <see cref="EndSimple"/>.
    /// </summary>
    public async ValueTask BeginSimpleAsync(CancellationToken cancellationToken)
    {
        await wire.BeginSendingAsync(cancellationToken);
        try
        {
            var message = buffer.Message(SimpleReply.Bytes, dataBytes: 0);
            new SimpleReply(NbdError.None, _request.Cookie).Write(message.Span);
            await wire.SendPartAsync(message, cancellationToken);
        }
        catch
        {
            wire.EndSending();
            throw;
        }
    }

    /// <summary>Sends a part of the data, from the buffer.</summary>
    public ValueTask SimplePartAsync(int lengthBytes, CancellationToken cancellationToken) =>
        wire.SendPartAsync(buffer.Data[..lengthBytes], cancellationToken);

    /// <summary>The simple reply is whole.</summary>
    public void EndSimple() => wire.EndSending();

    private static ReplyOptions Last(bool isLast) => isLast ? ReplyOptions.Done : ReplyOptions.None;

    private static string Cut(string message) =>
        string.Concat(message.Take(LongestMessage).Select(c => char.IsBetween(c, ' ', '~') ? c : '?'));

    private ReplyHeader Chunk(ReplyType type, int payloadBytes, ReplyOptions options) =>
        new(type, options, _request.Cookie, _request.OffsetBytes, (ulong)payloadBytes);

    private ValueTask SendErrorAsync(ErrorChunk error, bool isLast, CancellationToken cancellationToken)
    {
        var payload = error.Write();
        payload.CopyTo(buffer.Data);
        return SendChunkAsync(error.Type, payload.Length, Last(isLast), cancellationToken);
    }

    /// <summary>Sends a chunk whose payload is in the buffer.</summary>
    private ValueTask SendChunkAsync(
        ReplyType type, int payloadBytes, ReplyOptions options, CancellationToken cancellationToken)
    {
        var message = buffer.Message(ReplyHeader.Bytes(agreement.IsExtended), payloadBytes);
        Chunk(type, payloadBytes, options).Write(message.Span, agreement.IsExtended);
        return wire.SendAsync(message, cancellationToken);
    }

    private ValueTask SendSimpleAsync(NbdError error, int dataBytes, CancellationToken cancellationToken)
    {
        var message = buffer.Message(SimpleReply.Bytes, dataBytes);
        new SimpleReply(error, _request.Cookie).Write(message.Span);
        return wire.SendAsync(message, cancellationToken);
    }
}
