using System.Buffers.Binary;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Takes the replies of one connection, and puts data straight where they belong. Nothing that the server says is
/// relied on before it is compared with what was asked for; what does not fit ends the connection.
/// </summary>
internal sealed class ReplyReceiver(
    NbdTransport transport, NegotiatedExport export, PendingTable pending, WriteLedger ledger)
{
    private readonly byte[] _header = new byte[ReplyHeader.ExtendedBytes];
    private readonly byte[] _small = new byte[ErrorChunk.MaximumBytes];

    /// <summary>Takes one reply, or one chunk of one.</summary>
    /// <exception cref="NbdProtocolException">The server breaks the protocol.</exception>
    /// <exception cref="ConnectionLostException">The connection ended.</exception>
    public void ReceiveOne()
    {
        var first = _header.AsSpan(0, export.Extended ? ReplyHeader.ExtendedBytes : SimpleReply.Bytes);
        transport.Receive(first);
        if (!export.Extended && BinaryPrimitives.ReadUInt32BigEndian(first) != NbdMagic.StructuredReply)
        {
            TakeSimple(SimpleReply.Read(first));
            return;
        }

        if (export.Replies == ReplyStyle.Simple)
        {
            throw new NbdProtocolException("A structured reply came although none was agreed on.");
        }

        if (!export.Extended)
        {
            transport.Receive(_header.AsSpan(SimpleReply.Bytes, ReplyHeader.StructuredBytes - SimpleReply.Bytes));
        }

        TakeChunk(ReplyHeader.Read(_header, export.Extended));
    }

    private void TakeSimple(SimpleReply reply)
    {
        var request = pending.Find(reply.Cookie);
        if (export.Replies != ReplyStyle.Simple && request.Request.Command == Command.Read)
        {
            throw new NbdProtocolException("A simple reply came for a read although structured ones were agreed on.");
        }

        if (reply.Error != NbdError.None)
        {
            request.Refuse(reply.Error, "");
        }
        else if (request.Request.Command == Command.Read)
        {
            var (offset, length) = (request.Request.OffsetBytes, request.Request.LengthBytes);
            transport.Receive(request.Fill((ulong)offset, (ulong)length).Span);
        }

        End(request);
    }

    private void TakeChunk(ReplyHeader header)
    {
        var request = pending.Find(header.Cookie);
        if (export.Extended && header.OffsetBytes != (ulong)request.Request.OffsetBytes)
        {
            throw new NbdProtocolException(
                $"A reply has the offset {header.OffsetBytes}, its request {request.Request.OffsetBytes}.");
        }

        switch (header.Type)
        {
            case ReplyType.None when header is { PayloadBytes: 0, IsLast: true }:
                break;
            case ReplyType.OffsetData when header.PayloadBytes > ReadChunk.DataPrefixBytes:
                TakeData(request, header.PayloadBytes - ReadChunk.DataPrefixBytes);
                break;
            case ReplyType.OffsetHole when header.PayloadBytes == ReadChunk.HolePayloadBytes:
                TakeHole(request);
                break;
            case ReplyType.BlockStatus or ReplyType.BlockStatusExtended
                when header.Type == BlockStatusChunk.Type(export.Extended):
                TakeStatus(request, header.PayloadBytes);
                break;
            case var _ when header.IsError:
                TakeError(request, header);
                break;
            default:
                throw new NbdProtocolException(
                    $"A chunk of type {header.Type} and {header.PayloadBytes} bytes came.");
        }

        if (header.IsLast)
        {
            End(request);
        }
    }

    private void TakeData(PendingRequest request, ulong lengthBytes)
    {
        var prefix = _small.AsSpan(0, ReadChunk.DataPrefixBytes);
        transport.Receive(prefix);
        transport.Receive(request.Fill(ReadChunk.ReadDataPrefix(prefix), lengthBytes).Span);
    }

    private void TakeHole(PendingRequest request)
    {
        var payload = _small.AsSpan(0, ReadChunk.HolePayloadBytes);
        transport.Receive(payload);
        var hole = ReadChunk.ReadHole(payload);
        request.Fill(hole.OffsetBytes, hole.HoleBytes).Span.Clear();
    }

    private void TakeStatus(PendingRequest request, ulong payloadBytes)
    {
        var longest = BlockStatusChunk.Bytes(NbdLimits.StatusDescriptors, export.Extended);
        if (request.Request.Statuses is not { } statuses || payloadBytes > (ulong)longest)
        {
            throw new NbdProtocolException(
                $"A block status of {payloadBytes} bytes came in answer to {request.Request.Command}.");
        }

        var payload = new byte[payloadBytes];
        transport.Receive(payload);
        var chunk = BlockStatusChunk.Read(payload, export.Extended);
        var id = chunk.ContextId;
        var context = export.Contexts.FirstOrDefault(chosen => chosen.Id == id);
        if (context is null || statuses.Exists(status => status.Context == context.Name))
        {
            throw new NbdProtocolException($"A block status came for context {id}, which was not asked for, or twice.");
        }

        var extents = new StatusExtent[chunk.Count];
        for (var i = 0; i < extents.Length; i++)
        {
            extents[i] = chunk[i];
        }

        statuses.Add(new ContextStatus(context.Name, extents));
    }

    private void TakeError(PendingRequest request, ReplyHeader header)
    {
        if (header.PayloadBytes > (ulong)_small.Length)
        {
            throw new NbdProtocolException($"An error of {header.PayloadBytes} bytes came.");
        }

        var payload = _small.AsSpan(0, (int)header.PayloadBytes);
        transport.Receive(payload);
        var error = ErrorChunk.Read(header.Type, payload);
        request.Refuse(error.Error, error.Message);
    }

    private void End(PendingRequest request)
    {
        request.RefuseIfNotWhole();
        // Before its owner knows of it: were the connection lost now, the ledger must count it.
        if (request.Request.Changes && request.Error is null)
        {
            ledger.Acknowledged(request.Request.Options);
        }

        pending.End(request);
    }
}
