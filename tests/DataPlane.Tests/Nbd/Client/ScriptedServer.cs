using System.Net.Sockets;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>A server that answers with whatever bytes a test makes, after a handshake as it should be.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<RequestHeader, byte[]> _answer;
    private readonly Task _serving;

    public ScriptedServer(string socket, Func<RequestHeader, byte[]> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _serving = Task.Factory.StartNew(Serve, TaskCreationOptions.LongRunning);
    }

    public ulong ExportBytes { get; init; } = 1 << 20;

    public bool Extended { get; init; }

    public bool Structured { get; init; } = true;

    public ExportFeatures Features { get; init; } = ExportFeatures.HasFlags;

    /// <summary>Ends a connection after each answer.</summary>
    public bool OneAnswer { get; init; }

    /// <summary>Asked after each answer whether the connection ends there.</summary>
    public Func<bool> EndAfter { get; init; } = () => false;

    public int Connections { get; private set; }

    public static byte[] Chunk(
        RequestHeader request, bool extended, ReplyType type, byte[] payload, bool last = true)
    {
        var header = new byte[ReplyHeader.Bytes(extended)];
        new ReplyHeader(
            type, last ? ReplyOptions.Done : ReplyOptions.None, request.Cookie, request.OffsetBytes,
            (ulong)payload.Length).Write(header, extended);
        return [.. header, .. payload];
    }

    public static byte[] Data(ulong offset, byte[] data)
    {
        var payload = new byte[ReadChunk.DataPrefixBytes + data.Length];
        ReadChunk.WriteDataPrefix(payload, offset);
        data.CopyTo(payload.AsSpan(ReadChunk.DataPrefixBytes));
        return payload;
    }

    public static byte[] Hole(ulong offset, uint length)
    {
        var payload = new byte[ReadChunk.HolePayloadBytes];
        new ReadChunk(offset, length).WriteHole(payload);
        return payload;
    }

    public static byte[] Status(bool extended, uint context, params StatusExtent[] extents)
    {
        var payload = new byte[BlockStatusChunk.Bytes(extents.Length, extended)];
        BlockStatusChunk.Write(payload, context, extents, extended);
        return payload;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait(TimeSpan.FromMinutes(1));
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                using var client = _listener.Accept();
                Connections++;
                ServeOne(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void ServeOne(Socket client)
    {
        try
        {
            Shake(client);
            while (true)
            {
                var request = RequestHeader.Read(Receive(client, RequestHeader.Bytes(Extended)), Extended);
                if (request.Command == Command.Disconnect)
                {
                    return;
                }

                Receive(client, (int)request.PayloadBytes(Extended));
                client.Send(_answer(request));
                if (OneAnswer || EndAfter())
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            // The client has left.
        }
    }

    private void Shake(Socket client)
    {
        var greeting = new byte[ServerGreeting.Bytes];
        new ServerGreeting(HandshakeOptions.FixedNewstyle | HandshakeOptions.NoZeroes).Write(greeting);
        client.Send(greeting);
        Receive(client, ServerGreeting.AnswerBytes);
        for (var option = Option.None; option != Option.Go;)
        {
            var header = OptionHeader.Read(Receive(client, OptionHeader.Bytes));
            option = header.Option;
            var data = Receive(client, (int)header.DataBytes);
            Answer(client, option, data);
        }
    }

    private void Answer(Socket client, Option option, byte[] data)
    {
        switch (option)
        {
            case Option.ExtendedHeaders when !Extended:
            case Option.StructuredReply when !Structured:
                Reply(client, option, OptionReplyType.Unsupported, []);
                return;
            case Option.SetMetaContext:
                foreach (var (id, name) in MetaContextRequest.Read(data).Queries.Index())
                {
                    Reply(client, option, OptionReplyType.MetaContext, new MetaContext((uint)id + 7, name).Write());
                }

                break;
            case Option.Go:
                Reply(client, option, OptionReplyType.Info, new ExportSize(ExportBytes, Features).WriteInfo());
                break;
        }

        Reply(client, option, OptionReplyType.Ack, []);
    }

    private static void Reply(Socket client, Option option, OptionReplyType type, byte[] data)
    {
        var header = new byte[OptionReplyHeader.Bytes];
        new OptionReplyHeader(option, type, (uint)data.Length).Write(header);
        client.Send([.. header, .. data]);
    }

    private static byte[] Receive(Socket client, int length)
    {
        var bytes = new byte[length];
        for (var done = 0; done < length;)
        {
            var received = client.Receive(bytes.AsSpan(done));
            done += received > 0 ? received : throw new EndOfStreamException();
        }

        return bytes;
    }
}
