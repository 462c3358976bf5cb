using System.Buffers.Binary;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>The fixed newstyle handshake, from the greeting to the beginning of transmission.</summary>
internal sealed class Handshake(NbdTransport transport, NbdClientOptions options)
{
    private readonly OptionExchange _exchange = new(transport);
    private readonly NbdUri _uri = options.Uri;
    private HandshakeOptions _agreed;
    private ExportSize? _size;
    private BlockSizes _sizes = BlockSizes.Default;
    private List<string> _offered = [];

    /// <summary>Agrees with the server on how the export is used.</summary>
    /// <exception cref="DeviceException">The server refuses; the message says why.</exception>
    /// <exception cref="NbdProtocolException">The server breaks the protocol.</exception>
    /// <exception cref="ConnectionLostException">The connection ended.</exception>
    public NegotiatedExport Negotiate()
    {
        Greet();
        StartTls();
        var replies = ChooseReplies();
        var contexts = replies == ReplyStyle.Simple ? [] : ChooseContexts();
        Go(replies);
        var size = _size ?? throw new NbdProtocolException("The server accepted the export without telling its size.");
        if (size.LengthBytes is 0 or > long.MaxValue)
        {
            throw Refused(DeviceErrorKind.NotUsable, $"the export has {size.LengthBytes} bytes");
        }

        return new NegotiatedExport((long)size.LengthBytes, size.Features, _sizes, replies, contexts)
        {
            OfferedContexts = _offered,
        };
    }

    private void Greet()
    {
        Span<byte> bytes = stackalloc byte[ServerGreeting.Bytes];
        transport.Receive(bytes);
        var offers = ServerGreeting.Read(bytes).Offers;
        if (!offers.HasFlag(HandshakeOptions.FixedNewstyle))
        {
            throw new NbdProtocolException("The server does not speak the fixed newstyle NBD handshake.");
        }

        _agreed = offers & (HandshakeOptions.FixedNewstyle | HandshakeOptions.NoZeroes);
        ServerGreeting.WriteAnswer(bytes, _agreed);
        transport.Send(bytes[..ServerGreeting.AnswerBytes]);
    }

    private void StartTls()
    {
        if (!_uri.Tls)
        {
            return;
        }

        var (type, message) = _exchange.Ask(Option.StartTls, []);
        if (type != OptionReplyType.Ack)
        {
            throw Refused(DeviceErrorKind.NotUsable, $"the server does not start TLS ({Words(type, message)})");
        }

        transport.StartTls(_uri, options.CertificatesDirectory);
    }

    private ReplyStyle ChooseReplies()
    {
        return Agrees(ReplyStyle.Extended, Option.ExtendedHeaders) ? ReplyStyle.Extended
            : Agrees(ReplyStyle.Structured, Option.StructuredReply) ? ReplyStyle.Structured
            : ReplyStyle.Simple;
    }

    private bool Agrees(ReplyStyle style, Option option) =>
        options.Replies >= style && _exchange.Ask(option, []).Type == OptionReplyType.Ack;

    /// <summary>Contexts that the server does not have are left out; whoever needs one says so.</summary>
    private List<MetaContext> ChooseContexts()
    {
        var chosen = new List<MetaContext>();
        if (options.Contexts.Count == 0)
        {
            return chosen;
        }

        var (type, _) = _exchange.Ask(
            Option.SetMetaContext,
            new MetaContextRequest(_uri.ExportName, options.Contexts).Write(),
            (reply, data) => chosen.Add(reply == OptionReplyType.MetaContext
                ? MetaContext.Read(data)
                : throw new NbdProtocolException($"A {reply} came in answer to SET_META_CONTEXT.")));
        if (type != OptionReplyType.Ack)
        {
            return [];
        }

        var isTwice = chosen.DistinctBy(context => context.Id).Count() != chosen.Count
            || chosen.DistinctBy(context => context.Name).Count() != chosen.Count;
        if (isTwice)
        {
            throw new NbdProtocolException("Two metadata contexts came with the same number or name.");
        }

        _offered = chosen.Count < options.Contexts.Count ? ContextsThatAreThere() : [];
        return chosen;
    }

    private List<string> ContextsThatAreThere()
    {
        var names = new List<string>();
        var (type, _) = _exchange.Ask(
            Option.ListMetaContext,
            new MetaContextRequest(_uri.ExportName, []).Write(),
            (reply, data) => names.Add(reply == OptionReplyType.MetaContext
                ? MetaContext.Read(data).Name
                : throw new NbdProtocolException($"A {reply} came in answer to LIST_META_CONTEXT.")));
        return type == OptionReplyType.Ack ? names : [];
    }

    private void Go(ReplyStyle replies)
    {
        var (type, message) = _exchange.Ask(
            Option.Go, new ExportRequest(_uri.ExportName, [InfoType.BlockSize]).Write(), TakeInfo);
        if (type == OptionReplyType.Ack)
        {
            return;
        }

        if (type != OptionReplyType.Unsupported || replies == ReplyStyle.Extended)
        {
            throw type switch
            {
                OptionReplyType.Unknown => Refused(
                    DeviceErrorKind.NotFound, $"there is no export '{_uri.ExportName}'{ExportsThatAreThere()}"),
                OptionReplyType.TlsRequired => Refused(
                    DeviceErrorKind.NotUsable, "the server wants TLS: use nbds:// or nbds+unix://"),
                OptionReplyType.Shutdown => new ConnectionLostException($"{_uri}: the server is being shut down"),
                _ => Refused(DeviceErrorKind.NotUsable, $"the server refuses the export ({Words(type, message)})"),
            };
        }

        GoByName();
    }

    /// <summary>For servers from before GO: they close the connection where there is no such export.</summary>
    private void GoByName()
    {
        _exchange.Send(Option.ExportName, NbdText.Encode(_uri.ExportName));
        var padding = _agreed.HasFlag(HandshakeOptions.NoZeroes) ? 0 : ExportSize.PaddingBytes;
        Span<byte> answer = stackalloc byte[ExportSize.AnswerBytes + ExportSize.PaddingBytes];
        transport.Receive(answer[..(ExportSize.AnswerBytes + padding)]);
        _size = ExportSize.Read(answer[..ExportSize.AnswerBytes]);
    }

    private void TakeInfo(OptionReplyType reply, byte[] data)
    {
        if (reply != OptionReplyType.Info || data.Length < sizeof(ushort))
        {
            throw new NbdProtocolException($"A {reply} of {data.Length} bytes came in answer to GO.");
        }

        var info = data.AsSpan(sizeof(ushort));
        switch ((InfoType)BinaryPrimitives.ReadUInt16BigEndian(data))
        {
            case InfoType.Export:
                _size = ExportSize.Read(info);
                break;
            case InfoType.BlockSize:
                _sizes = BlockSizes.Read(info);
                break;
        }
    }

    private string ExportsThatAreThere()
    {
        var names = new List<string>();
        var (type, _) = _exchange.Ask(Option.List, [], (reply, data) => names.Add(reply == OptionReplyType.Server
            ? $"'{ExportEntry.Read(data).Name}'"
            : throw new NbdProtocolException($"A {reply} came in answer to LIST.")));
        return type == OptionReplyType.Ack && names.Count > 0 ? $", but {string.Join(", ", names.Take(20))}" : "";
    }

    private static string Words(OptionReplyType type, string message) =>
        message.Length > 0 ? $"{type}: {message}" : type.ToString();

    private DeviceException Refused(DeviceErrorKind kind, string reason) => new(kind, $"{_uri}: {reason}.");
}
