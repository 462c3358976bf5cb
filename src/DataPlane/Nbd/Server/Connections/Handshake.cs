using System.Net.Security;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Server.Connections;

/// <summary>The fixed newstyle handshake of one connection (NBD protocol document, "Handshake").</summary>
/// <param name="wire">The connection.</param>
/// <param name="export">What is offered.</param>
/// <param name="tls">What TLS is done with; null where there is none. With it nothing is told before.</param>
internal sealed class Handshake(NbdWire wire, Export export, SslServerAuthenticationOptions? tls)
{
    /// <summary>No client needs more.</summary>
    private const int MostOptions = 256;

    private readonly byte[] _head = new byte[ServerGreeting.Bytes];
    private HandshakeOptions _accepted;
    private Agreement _agreement;

    /// <summary>Comes to an agreement.</summary>
    /// <returns>Null where the client has left.</returns>
    /// <exception cref="NbdProtocolException">The client does not speak the protocol; the connection ends.</exception>
    public async Task<Agreement?> RunAsync(CancellationToken cancellationToken)
    {
        var offers = HandshakeOptions.FixedNewstyle | HandshakeOptions.NoZeroes;
        new ServerGreeting(offers).Write(_head);
        await wire.SendAsync(_head, cancellationToken);
        await wire.ReadAsync(_head.AsMemory(0, ServerGreeting.AnswerBytes), cancellationToken);
        _accepted = ServerGreeting.ReadAnswer(_head);
        if ((_accepted & ~offers) != HandshakeOptions.None)
        {
            throw new NbdProtocolException($"The client answers with unknown flags: 0x{(uint)_accepted:x}.");
        }

        for (var i = 0; i < MostOptions; i++)
        {
            if (await AnswerNextAsync(cancellationToken) is { } isBegun)
            {
                return isBegun ? _agreement : null;
            }
        }

        throw new NbdProtocolException($"The client has sent {MostOptions} options and not begun.");
    }

    /// <summary>Answers one option.</summary>
    /// <returns>Null: more follow. True: transmission begins. False: the client leaves.</returns>
    private async Task<bool?> AnswerNextAsync(CancellationToken cancellationToken)
    {
        await wire.ReadAsync(_head.AsMemory(0, OptionHeader.Bytes), cancellationToken);
        var header = OptionHeader.Read(_head);
        if (header.DataBytes > NbdLimits.OptionBytes)
        {
            throw new NbdProtocolException($"An option with {header.DataBytes} bytes of data came.");
        }

        var data = new byte[header.DataBytes];
        await wire.ReadAsync(data, cancellationToken);
        try
        {
            return await AnswerAsync(header.Option, data, cancellationToken);
        }
        catch (NbdProtocolException e) when (header.Option is not Option.ExportName)
        {
            await ReplyAsync(header.Option, OptionReplyType.Invalid, NbdText.Encode(e.Message), cancellationToken);
            return null;
        }
    }

    private async Task<bool?> AnswerAsync(Option option, byte[] data, CancellationToken cancellationToken)
    {
        switch (option)
        {
            case Option.Abort:
                await AckAsync(option, cancellationToken);
                return false;
            case Option.StartTls:
                await StartTlsAsync(data, cancellationToken);
                return null;
            case var _ when tls is not null && !wire.IsTls:
                return await RequireTlsAsync(option, cancellationToken);
            case Option.ExportName:
                await AnswerExportNameAsync(data, cancellationToken);
                return true;
            case Option.Info:
            case Option.Go:
                return await AnswerExportAsync(option, ExportRequest.Read(data), cancellationToken)
                    && option == Option.Go ? true : null;
            case Option.List:
                await ListAsync(data, cancellationToken);
                return null;
            case Option.StructuredReply:
            case Option.ExtendedHeaders:
                await AgreeAsync(option, data, cancellationToken);
                return null;
            case Option.ListMetaContext:
            case Option.SetMetaContext:
                await AnswerContextsAsync(option, MetaContextRequest.Read(data), cancellationToken);
                return null;
            default:
                await ReplyAsync(option, OptionReplyType.Unsupported, [], cancellationToken);
                return null;
        }
    }

    private async Task StartTlsAsync(byte[] data, CancellationToken cancellationToken)
    {
        RequireNoData(Option.StartTls, data);
        if (tls is null || wire.IsTls)
        {
            var refusal = tls is null ? OptionReplyType.Policy : OptionReplyType.Invalid;
            await ReplyAsync(Option.StartTls, refusal, [], cancellationToken);
            return;
        }

        await AckAsync(Option.StartTls, cancellationToken);
        await wire.StartTlsAsync(tls, cancellationToken);
        _agreement = default;
    }

    private async Task<bool?> RequireTlsAsync(Option option, CancellationToken cancellationToken)
    {
        if (option == Option.ExportName)
        {
            throw new NbdProtocolException("The client wants an export without TLS, which is needed here.");
        }

        await ReplyAsync(option, OptionReplyType.TlsRequired, "TLS is needed here."u8.ToArray(), cancellationToken);
        return null;
    }

    private async Task AnswerExportNameAsync(byte[] data, CancellationToken cancellationToken)
    {
        if (!export.IsMeantBy(NbdText.Decode(data)) || _agreement.IsExtended)
        {
            throw new NbdProtocolException("The client wants an export that is not here, and cannot be told.");
        }

        var answer = export.Size(_agreement.IsChunked).WriteAnswer();
        var padding = _accepted.HasFlag(HandshakeOptions.NoZeroes) ? 0 : ExportSize.PaddingBytes;
        await wire.SendAsync((byte[])[.. answer, .. new byte[padding]], cancellationToken);
    }

    private async Task<bool> AnswerExportAsync(
        Option option, ExportRequest request, CancellationToken cancellationToken)
    {
        if (!export.IsMeantBy(request.Name))
        {
            await RefuseExportAsync(option, cancellationToken);
            return false;
        }

        await InfoAsync(option, export.Size(_agreement.IsChunked).WriteInfo(), cancellationToken);
        foreach (var wanted in request.Wanted.Distinct())
        {
            switch (wanted)
            {
                case InfoType.Name:
                    await InfoAsync(option, TextInfo(wanted, export.Name), cancellationToken);
                    break;
                case InfoType.Description:
                    await InfoAsync(option, TextInfo(wanted, export.Description), cancellationToken);
                    break;
                case InfoType.BlockSize:
                    await InfoAsync(option, export.BlockSizes.WriteInfo(), cancellationToken);
                    break;
                default:
                    break;
            }
        }

        await AckAsync(option, cancellationToken);
        return true;
    }

    private async Task ListAsync(byte[] data, CancellationToken cancellationToken)
    {
        RequireNoData(Option.List, data);
        var entry = new ExportEntry(export.Name, export.Description).Write();
        await ReplyAsync(Option.List, OptionReplyType.Server, entry, cancellationToken);
        await AckAsync(Option.List, cancellationToken);
    }

    private async Task AgreeAsync(Option option, byte[] data, CancellationToken cancellationToken)
    {
        RequireNoData(option, data);
        if (option == Option.StructuredReply && _agreement.IsExtended)
        {
            await ReplyAsync(option, OptionReplyType.ExtendedHeadersRequired, [], cancellationToken);
            return;
        }

        _agreement = option == Option.StructuredReply
            ? _agreement with { IsStructured = true }
            : _agreement with { IsExtended = true };
        await AckAsync(option, cancellationToken);
    }

    private async Task AnswerContextsAsync(
        Option option, MetaContextRequest request, CancellationToken cancellationToken)
    {
        var isChoice = option == Option.SetMetaContext;
        _agreement = isChoice ? _agreement with { HasAllocation = false } : _agreement;
        if (!_agreement.IsChunked)
        {
            throw new NbdProtocolException("Metadata contexts need structured replies; ask for those first.");
        }

        if (!export.IsMeantBy(request.ExportName))
        {
            await RefuseExportAsync(option, cancellationToken);
            return;
        }

        var isMeant = request.Queries.Contains(MetaContexts.Allocation, StringComparer.Ordinal)
            || (!isChoice && (request.Queries.Count == 0 || request.Queries.Contains("base:", StringComparer.Ordinal)));
        if (isMeant)
        {
            var context = new MetaContext(isChoice ? Agreement.AllocationId : 0, MetaContexts.Allocation);
            await ReplyAsync(option, OptionReplyType.MetaContext, context.Write(), cancellationToken);
        }

        _agreement = isChoice ? _agreement with { HasAllocation = isMeant } : _agreement;
        await AckAsync(option, cancellationToken);
    }

    private static byte[] TextInfo(InfoType type, string text) =>
        new WireWriter().UInt16((int)type).RemainingText(text).ToArray();

    private static void RequireNoData(Option option, byte[] data)
    {
        if (data.Length > 0)
        {
            throw new NbdProtocolException($"{option} has no data, but {data.Length} bytes came.");
        }
    }

    private Task RefuseExportAsync(Option option, CancellationToken cancellationToken) => ReplyAsync(
        option, OptionReplyType.Unknown, "Only the backup that is served is here."u8.ToArray(), cancellationToken);

    private Task InfoAsync(Option option, byte[] data, CancellationToken cancellationToken) =>
        ReplyAsync(option, OptionReplyType.Info, data, cancellationToken);

    private Task AckAsync(Option option, CancellationToken cancellationToken) =>
        ReplyAsync(option, OptionReplyType.Ack, [], cancellationToken);

    private async Task ReplyAsync(
        Option option, OptionReplyType type, byte[] data, CancellationToken cancellationToken)
    {
        var message = new byte[OptionReplyHeader.Bytes + data.Length];
        new OptionReplyHeader(option, type, (uint)data.Length).Write(message);
        data.CopyTo(message, OptionReplyHeader.Bytes);
        await wire.SendAsync(message, cancellationToken);
    }
}
