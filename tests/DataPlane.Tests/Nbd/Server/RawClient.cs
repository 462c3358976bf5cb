using System.Buffers.Binary;
using System.Net.Sockets;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>A client that sends and receives single messages, right ones and wrong ones.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private bool _extended;
    private bool _structured;

    public RawClient(Socket socket)
    {
        _socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    public NetworkStream Stream { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RawClient> ConnectAsync(string socketPath)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), Cancel);
        return new RawClient(socket);
    }

    /// <summary>A client in transmission.</summary>
    public static async Task<RawClient> ReadyAsync(string socketPath, string form)
    {
        var client = await ConnectAsync(socketPath);
        await client.GreetAsync();
        if (form != "simple")
        {
            var option = form == "extended" ? Option.ExtendedHeaders : Option.StructuredReply;
            Assert.Equal(OptionReplyType.Ack, (await client.AskAsync(option))[^1].Type);
            var contexts = new MetaContextRequest("", [MetaContexts.Allocation]).Write();
            Assert.Equal(2, (await client.AskAsync(Option.SetMetaContext, contexts)).Count);
        }

        (client._structured, client._extended) = (form == "structured", form == "extended");
        var go = await client.AskAsync(Option.Go, new ExportRequest("", []).Write());
        Assert.Equal(OptionReplyType.Ack, go[^1].Type);
        return client;
    }

    public async Task GreetAsync(HandshakeOptions answer = HandshakeOptions.FixedNewstyle | HandshakeOptions.NoZeroes)
    {
        var greeting = await ReceiveAsync(ServerGreeting.Bytes);
        Assert.Equal(HandshakeOptions.FixedNewstyle | HandshakeOptions.NoZeroes, ServerGreeting.Read(greeting).Offers);
        var flags = new byte[ServerGreeting.AnswerBytes];
        ServerGreeting.WriteAnswer(flags, answer);
        await SendAsync(flags);
    }

    /// <summary>Sends an option and receives its replies, up to the last.</summary>
    public async Task<List<(OptionReplyType Type, byte[] Data)>> AskAsync(Option option, byte[]? data = null)
    {
        var header = new byte[OptionHeader.Bytes];
        new OptionHeader(option, (uint)(data?.Length ?? 0)).Write(header);
        await SendAsync([.. header, .. data ?? []]);
        var replies = new List<(OptionReplyType Type, byte[] Data)>();
        while (true)
        {
            var reply = OptionReplyHeader.Read(await ReceiveAsync(OptionReplyHeader.Bytes));
            Assert.Equal(option, reply.Option);
            replies.Add((reply.Type, await ReceiveAsync((int)reply.DataBytes)));
            if (reply.Type == OptionReplyType.Ack || reply.IsError)
            {
                return replies;
            }
        }
    }

    public Task RequestAsync(
        Command command,
        ulong offset,
        ulong length,
        CommandOptions options = CommandOptions.None,
        ulong cookie = 1,
        byte[]? payload = null)
    {
        var header = new byte[RequestHeader.Bytes(_extended)];
        new RequestHeader(command, options, cookie, offset, length).Write(header, _extended);
        return SendAsync([.. header, .. payload ?? []]);
    }

    /// <summary>Receives the chunks of one reply, up to the last.</summary>
    public async Task<List<(ReplyHeader Header, byte[] Payload)>> ChunksAsync()
    {
        var chunks = new List<(ReplyHeader Header, byte[] Payload)>();
        do
        {
            var header = ReplyHeader.Read(await ReceiveAsync(ReplyHeader.Bytes(_extended)), _extended);
            chunks.Add((header, await ReceiveAsync((int)header.PayloadBytes)));
        }
        while (!chunks[^1].Header.IsLast);
        return chunks;
    }

    /// <summary>The error of a reply without content.</summary>
    public async Task<NbdError> ErrorAsync()
    {
        if (!_structured && !_extended)
        {
            return SimpleReply.Read(await ReceiveAsync(SimpleReply.Bytes)).Error;
        }

        var (header, payload) = (await ChunksAsync())[^1];
        return header.IsError ? ErrorChunk.Read(header.Type, payload).Error : NbdError.None;
    }

    /// <summary>Reads, and puts together what comes; parts that failed are named.</summary>
    public async Task<(byte[] Content, List<ulong> Failed)> ReadAsync(
        ulong offset, int length, CommandOptions options = CommandOptions.None)
    {
        await RequestAsync(Command.Read, offset, (ulong)length, options);
        var failed = new List<ulong>();
        if (!_structured && !_extended)
        {
            var reply = SimpleReply.Read(await ReceiveAsync(SimpleReply.Bytes));
            return reply.Error == NbdError.None ? (await ReceiveAsync(length), failed) : ([], [offset]);
        }

        var content = new byte[length];
        content.AsSpan().Fill(0xEE);
        foreach (var (header, payload) in await ChunksAsync())
        {
            Assert.Equal(_extended ? offset : 0, header.OffsetBytes);
            switch (header.Type)
            {
                case ReplyType.OffsetData:
                    payload.AsSpan(8).CopyTo(content.AsSpan((int)(ReadChunk.ReadDataPrefix(payload) - offset)));
                    break;
                case ReplyType.OffsetHole:
                    var hole = ReadChunk.ReadHole(payload);
                    content.AsSpan((int)(hole.OffsetBytes - offset), (int)hole.HoleBytes).Clear();
                    break;
                case ReplyType.ErrorOffset:
                    failed.Add(BinaryPrimitives.ReadUInt64BigEndian(payload.AsSpan(payload.Length - 8)));
                    break;
                default:
                    Assert.Equal(ReplyType.None, header.Type);
                    break;
            }
        }

        return (content, failed);
    }

    /// <summary>What a range is, extent by extent.</summary>
    public async Task<List<StatusExtent>> StatusAsync(
        ulong offset, ulong length, CommandOptions options = CommandOptions.None)
    {
        await RequestAsync(Command.BlockStatus, offset, length, options);
        var (header, payload) = Assert.Single(await ChunksAsync());
        Assert.Equal(BlockStatusChunk.Type(_extended), header.Type);
        var chunk = BlockStatusChunk.Read(payload, _extended);
        return [.. Enumerable.Range(0, chunk.Count).Select(i => BlockStatusChunk.Read(payload, _extended)[i])];
    }

    public Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes, Cancel).AsTask();

    public async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes, Cancel);
        return bytes;
    }

    /// <summary>Waits until the server has ended the connection.</summary>
    public async Task AssertClosedAsync()
    {
        var rest = new byte[65536];
        try
        {
            while (await Stream.ReadAsync(rest, Cancel) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset, which is an end as well.
        }
    }

    /// <summary>Sends nothing more, and still receives.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => Stream.Dispose();
}
