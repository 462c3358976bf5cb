using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;
using CsCheck;
using static BackupEngine.DataPlane.Tests.Nbd.Client.ScriptedServer;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Replies that do not fit what was asked for are an error, never bytes.</summary>
public sealed class HostileServerTests : NbdTestBase
{
    private const ulong Offset = 65536;
    private const int Length = 8192;

    private static readonly byte[] Content = Random(Length, 3);

    private static readonly byte[] Half = Content[..(Length / 2)];

    /// <summary>Each makes the answer to a read of 8192 bytes at 65536, compact or extended.</summary>
    private static readonly Dictionary<string, Func<RequestHeader, bool, byte[]>> Wrong = new(StringComparer.Ordinal)
    {
        ["another handle"] = (r, x) => Chunk(
            r with { Cookie = r.Cookie + 1 }, x, ReplyType.OffsetData, Data(Offset, Content)),
        ["a handle of the past"] = (r, x) => Chunk(
            r with { Cookie = r.Cookie - 65536 }, x, ReplyType.OffsetData, Data(Offset, Content)),
        ["before the request"] = (r, x) => Chunk(r, x, ReplyType.OffsetData, Data(Offset - 1, Content)),
        ["behind the request"] = (r, x) => Chunk(r, x, ReplyType.OffsetData, Data(Offset + 1, Content)),
        ["far away"] = (r, x) => Chunk(r, x, ReplyType.OffsetData, Data(ulong.MaxValue - 3, Half)),
        ["too long"] = (r, x) => Chunk(r, x, ReplyType.OffsetData, Data(Offset, [.. Content, 0])),
        ["too short"] = (r, x) => Chunk(r, x, ReplyType.OffsetData, Data(Offset, Half)),
        ["nothing"] = (r, x) => Chunk(r, x, ReplyType.None, []),
        ["the same twice"] = (r, x) =>
        [
            .. Chunk(r, x, ReplyType.OffsetData, Data(Offset, Half), last: false),
            .. Chunk(r, x, ReplyType.OffsetData, Data(Offset, Half)),
        ],
        ["a hole over data"] = (r, x) =>
        [
            .. Chunk(r, x, ReplyType.OffsetData, Data(Offset, Content), last: false),
            .. Chunk(r, x, ReplyType.OffsetHole, Hole(Offset + 100, 1)),
        ],
        ["an empty hole"] = (r, x) => Chunk(r, x, ReplyType.OffsetHole, Hole(Offset, 0)),
        ["a hole too long"] = (r, x) => Chunk(r, x, ReplyType.OffsetHole, Hole(Offset, uint.MaxValue)),
        ["data without bytes"] = (r, x) => Chunk(r, x, ReplyType.OffsetData, Data(Offset, [])),
        ["an unknown type"] = (r, x) => Chunk(r, x, (ReplyType)77, new byte[12]),
        ["a status"] = (r, x) => Chunk(r, x, BlockStatusChunk.Type(x), Status(x, 7, new StatusExtent(1, 0))),
        ["an error that is none"] = (r, x) => Chunk(r, x, ReplyType.Error, new byte[6]),
        ["an error too short"] = (r, x) => Chunk(r, x, ReplyType.Error, [0, 0, 0, 5, 0, 9, 65]),
        ["an end with something in it"] = (r, x) => Chunk(r, x, ReplyType.None, [1]),
        ["noise"] = (_, _) => Random(64, 5),
    };

    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (var name in Wrong.Keys)
        {
            cases.Add(name, false);
            cases.Add(name, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_answer_that_does_not_fit_is_an_error(string name, bool extended)
    {
        using var server = new ScriptedServer(Socket, request => Wrong[name](request, extended))
        {
            Extended = extended,
        };
        var device = Open($"nbd+unix:///?socket={Socket}");
        var error = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.ReadAsync((long)Offset, new byte[Length], Cancelled));
        Assert.Equal(DeviceErrorKind.Io, error.Kind);
        Assert.Contains("breaks the NBD protocol", error.Message, StringComparison.Ordinal);
        Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chunks_in_any_order_with_holes_are_put_where_they_belong(bool extended)
    {
        using var server = new ScriptedServer(Socket, request =>
        [
            .. Chunk(request, extended, ReplyType.OffsetData, Data(Offset + 6000, Content[6000..]), last: false),
            .. Chunk(request, extended, ReplyType.OffsetHole, Hole(Offset + 1000, 5000), last: false),
            .. Chunk(request, extended, ReplyType.OffsetData, Data(Offset, Content[..1000]), last: false),
            .. Chunk(request, extended, ReplyType.None, []),
        ])
        {
            Extended = extended,
        };
        var read = Random(Length, 9);
        await Open($"nbd+unix:///?socket={Socket}").ReadAsync((long)Offset, read, Cancelled);
        byte[] expected = [.. Content[..1000], .. new byte[5000], .. Content[6000..]];
        Assert.Equal(expected, read);
        Close();
    }

    [Fact]
    public async Task An_error_at_an_offset_fails_the_read_and_the_connection_goes_on()
    {
        var requests = 0;
        using var server = new ScriptedServer(Socket, request => Interlocked.Increment(ref requests) == 1
            ?
            [
                .. Chunk(request, false, ReplyType.OffsetData, Data(Offset, Half), last: false),
                .. Chunk(request, false, ReplyType.ErrorOffset, new ErrorChunk(
                    NbdError.InputOutput, "bad sector", Offset + 4096).Write()),
            ]
            : Chunk(request, false, ReplyType.OffsetData, Data(Offset, Content)));
        var device = Open($"nbd+unix:///?socket={Socket}");
        var error = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.ReadAsync((long)Offset, new byte[Length], Cancelled));
        Assert.Contains("bad sector", error.Message, StringComparison.Ordinal);
        var read = new byte[Length];
        await device.ReadAsync((long)Offset, read, Cancelled);
        Assert.Equal(Content, read);
        Assert.Equal(1, server.Connections);
        Close();
    }

    /// <summary>One bit of a header is wrong: an error, or what was meant after all.</summary>
    [Fact]
    public void A_flipped_bit_never_gives_other_bytes() => Gen.Select(Gen.Int[0, 79], Gen.Int[0, 7], Gen.Bool).Sample(
        (at, bit, extended) =>
        {
            var socket = Folder.File(Guid.NewGuid().ToString("N")[..8]);
            using var server = new ScriptedServer(socket, request => Flip(request, extended, at, bit))
            {
                Extended = extended,
                OneAnswer = true,
            };
            using var device = Open(Options($"nbd+unix:///?socket={socket}") with { ReconnectTime = TimeSpan.Zero });
            var read = new byte[Length];
            var error = Record.Exception(() => DataPlane.Transfers.Blocking.Wait(
                new ValueTask(device.ReadAsync((long)Offset, read, Cancelled).AsTask())));
            Assert.True(error is DeviceException || read.AsSpan().SequenceEqual(Content), error?.ToString());
        },
        iter: 150, threads: 1);

    private static byte[] Flip(RequestHeader request, bool extended, int at, int bit)
    {
        var first = Chunk(request, extended, ReplyType.OffsetData, Data(Offset, Half), last: false);
        var rest = Data(Offset + (Length / 2), Content[(Length / 2)..]);
        var second = Chunk(request, extended, ReplyType.OffsetData, rest);
        var header = ReplyHeader.Bytes(extended) + ReadChunk.DataPrefixBytes;
        byte[] reply = [.. first, .. second];
        var inSecond = at / header % 2 != 0;
        reply[(inSecond ? first.Length : 0) + (at % header)] ^= (byte)(1 << bit);
        return reply;
    }
}
