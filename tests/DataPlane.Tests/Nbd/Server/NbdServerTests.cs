using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Overlay;
using BackupEngine.DataPlane.Nbd.Server.Volumes;
using BackupEngine.DataPlane.Tests.Backup;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>The protocol, message by message, in its three forms.</summary>
public sealed class NbdServerTests : IDisposable
{
    private const int Chunk = 64 * 1024;
    private const int VolumeBytes = (40 * Chunk) + 4321;
    private const ulong HoleAndZero = 3;

    private readonly PipelineHarness _harness = new(Chunk);
    private readonly byte[] _content = ServedVolumes.Content(new Random(11), VolumeBytes, Chunk);

    public NbdServerTests()
    {
        new Random(12).NextBytes(_content.AsSpan(0, 4 * Chunk));
        _content.AsSpan(4 * Chunk, 4 * Chunk).Clear();
        new Random(13).NextBytes(_content.AsSpan(8 * Chunk, 4 * Chunk));
    }

    public static TheoryData<string> Forms => new("simple", "structured", "extended");

    public void Dispose() => _harness.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_read_gives_what_was_backed_up(string form)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ReadyAsync(server.Path, form);
        var random = new Random(1);
        for (var i = 0; i < 60; i++)
        {
            var offset = random.Next(VolumeBytes);
            var length = i == 0 ? VolumeBytes - offset : 1 + random.Next(VolumeBytes - offset);
            var (read, failed) = await client.ReadAsync((ulong)offset, length);
            Assert.Empty(failed);
            Assert.True(_content.AsSpan(offset, length).SequenceEqual(read), $"{offset}, {length}");
        }

        Assert.Equal(form == "simple", server.Counters.HoleBytes == 0);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Many_requests_at_once_are_each_answered(string form)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 4);
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ReadyAsync(server.Path, form);
        var sending = SendFlushesAsync(client, count: 200);
        var bytes = form switch { "simple" => 16, "structured" => 20, _ => 32 };
        var seen = new HashSet<ulong>();
        for (var i = 0; i < 200; i++)
        {
            var reply = await client.ReceiveAsync(bytes);
            seen.Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8)));
        }

        await sending;
        await client.AssertClosedAsync();
        Assert.Equal(200, seen.Count);
    }

    private static async Task SendFlushesAsync(RawClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await client.RequestAsync(Command.Flush, 0, 0, cookie: (ulong)i);
        }

        client.EndSending();
    }

    [Theory]
    [InlineData("structured")]
    [InlineData("extended")]
    public async Task Zeros_are_told_of_as_holes_without_being_read(string form)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ReadyAsync(server.Path, form);
        var extents = await client.StatusAsync(0, 12 * Chunk);
        Assert.Equal(
            [new StatusExtent(4 * Chunk, 0), new StatusExtent(4 * Chunk, HoleAndZero), new StatusExtent(4 * Chunk, 0)],
            extents);
        var part = Assert.Single(await client.StatusAsync((5 * Chunk) + 7, 9 * Chunk, CommandOptions.RequestOne));
        Assert.Equal(new StatusExtent((3 * Chunk) - 7, HoleAndZero), part);
        var all = await client.StatusAsync(0, VolumeBytes);
        Assert.Equal(VolumeBytes, all.Sum(extent => (long)extent.LengthBytes));
        Assert.Equal(0, server.Counters.BytesRead);
    }

    [Theory]
    [InlineData("structured")]
    [InlineData("extended")]
    public async Task What_is_not_to_be_cut_comes_in_one_piece(string form)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ReadyAsync(server.Path, form);
        await client.RequestAsync(Command.Read, 2 * Chunk, 6 * Chunk, CommandOptions.DoNotFragment);
        var (header, payload) = Assert.Single(await client.ChunksAsync());
        Assert.Equal(ReplyType.OffsetData, header.Type);
        Assert.Equal(_content[(2 * Chunk)..(8 * Chunk)], payload[8..]);
        await client.RequestAsync(Command.Read, 0, 9 * Chunk, CommandOptions.DoNotFragment);
        Assert.Equal(NbdError.Overflow, await client.ErrorAsync());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_damaged_chunk_is_an_error_there_and_nowhere_else(string form)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        DamagedPacks.FlipBit(_harness.RepositoryPath, offset: Chunk + (Chunk / 2));
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ReadyAsync(server.Path, form);
        var failed = new HashSet<int>();
        for (var chunk = 0; chunk < VolumeBytes / Chunk; chunk++)
        {
            var (read, errors) = await client.ReadAsync((ulong)chunk * Chunk, Chunk);
            if (errors.Count > 0)
            {
                failed.Add(chunk);
            }
            else
            {
                Assert.Equal(_content[(chunk * Chunk)..((chunk + 1) * Chunk)], read);
            }
        }

        var damaged = Assert.Single(failed);
        var (all, places) = await client.ReadAsync(0, VolumeBytes);
        if (form == "simple")
        {
            Assert.Empty(all);
            return;
        }

        Assert.Equal([(ulong)damaged * Chunk], places);
        _content.AsSpan(damaged * Chunk, Chunk).Fill(0xEE);
        Assert.Equal(_content, all);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Requests_that_make_no_sense_are_refused_and_change_nothing(string form)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ReadyAsync(server.Path, form);
        var big = form == "extended" ? ulong.MaxValue : uint.MaxValue;
        var payload = form == "extended" ? CommandOptions.PayloadLength : CommandOptions.None;
        var wrong = new (Command, ulong, ulong, CommandOptions, NbdError)[]
        {
            (Command.Read, VolumeBytes, 1, CommandOptions.None, NbdError.InvalidArgument),
            (Command.Read, ulong.MaxValue, 2, CommandOptions.None, NbdError.InvalidArgument),
            (Command.Read, 0, 33 << 20, CommandOptions.None,
                form == "simple" ? NbdError.InvalidArgument : NbdError.Overflow),
            (Command.Read, 0, 1, CommandOptions.ForceUnitAccess, NbdError.InvalidArgument),
            (Command.Read, 0, 1, CommandOptions.RequestOne, NbdError.InvalidArgument),
            (Command.Read, 0, 1, (CommandOptions)0x4000, NbdError.InvalidArgument),
            (Command.Read, 0, 0, CommandOptions.None, NbdError.None),
            (Command.Trim, 0, 1, CommandOptions.None, NbdError.NotPermitted),
            (Command.WriteZeroes, 0, big, CommandOptions.None, NbdError.NotPermitted),
            (Command.BlockStatus, 0, big, CommandOptions.None, NbdError.InvalidArgument),
            (Command.BlockStatus, 0, 0, CommandOptions.None, NbdError.InvalidArgument),
            (Command.Cache, 0, VolumeBytes, CommandOptions.None, NbdError.None),
            (Command.Cache, 1, VolumeBytes, CommandOptions.None, NbdError.InvalidArgument),
            (Command.Flush, 0, 0, CommandOptions.None, NbdError.None),
            ((Command)99, 0, 0, CommandOptions.None, NbdError.InvalidArgument),
        };
        foreach (var (command, offset, length, options, expected) in wrong)
        {
            await client.RequestAsync(command, offset, length, options);
            Assert.True(expected == await client.ErrorAsync(), $"{command} {offset} {length} {options}");
        }

        await client.RequestAsync(Command.Write, 0, 700_000, payload, payload: new byte[700_000]);
        Assert.Equal(NbdError.NotPermitted, await client.ErrorAsync());
        await client.RequestAsync(Command.Write, 0, 7, payload, payload: new byte[7]);
        Assert.Equal(NbdError.NotPermitted, await client.ErrorAsync());
        Assert.Equal(_content[..100], (await client.ReadAsync(0, 100)).Content);
        await client.RequestAsync(Command.Disconnect, 0, 0);
        await client.AssertClosedAsync();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_overlay_takes_writes_of_any_length(string form)
    {
        var backup = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        var file = new CrashyFile(OverlayLayout.FileBytes(VolumeBytes));
        await using var volume = new OverlayVolume(backup, new OverlayStore(file, VolumeBytes));
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ReadyAsync(server.Path, form);
        var payload = form == "extended" ? CommandOptions.PayloadLength : CommandOptions.None;
        var random = new Random(2);
        foreach (var (offset, length) in new[] { (1, 10), (5000, 4096), (8192, 500_000), (77, 1_900_000), (0, 1) })
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            bytes.CopyTo(_content, offset);
            var options = payload | CommandOptions.ForceUnitAccess;
            await client.RequestAsync(Command.Write, (ulong)offset, (ulong)length, options, payload: bytes);
            Assert.Equal(NbdError.None, await client.ErrorAsync());
        }

        await client.RequestAsync(Command.WriteZeroes, 100_000, 900_001, CommandOptions.FastZero);
        Assert.Equal(NbdError.None, await client.ErrorAsync());
        _content.AsSpan(100_000, 900_001).Clear();
        await client.RequestAsync(Command.WriteZeroes, 0, 9, CommandOptions.FastZero | CommandOptions.NoHole);
        Assert.Equal(NbdError.NotSupported, await client.ErrorAsync());
        await client.RequestAsync(Command.WriteZeroes, 0, 9, CommandOptions.NoHole);
        Assert.Equal(NbdError.None, await client.ErrorAsync());
        _content.AsSpan(0, 9).Clear();
        await client.RequestAsync(Command.WriteZeroes, VolumeBytes - 1, 2);
        Assert.Equal(NbdError.NoSpace, await client.ErrorAsync());
        await client.RequestAsync(Command.Write, VolumeBytes - 1, 2, payload, payload: new byte[2]);
        Assert.Equal(NbdError.NoSpace, await client.ErrorAsync());
        Assert.Equal(_content, (await client.ReadAsync(0, VolumeBytes)).Content);
    }

    [Fact]
    public async Task The_handshake_answers_every_option()
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ConnectAsync(server.Path);
        await client.GreetAsync();
        Assert.Equal("backup", ExportEntry.Read((await client.AskAsync(Option.List))[0].Data).Name);
        Assert.Equal(OptionReplyType.Invalid, (await client.AskAsync(Option.List, [1])).Single().Type);
        Assert.Equal(OptionReplyType.Unsupported, (await client.AskAsync((Option)77, [1, 2])).Single().Type);
        Assert.Equal(OptionReplyType.Policy, (await client.AskAsync(Option.StartTls)).Single().Type);
        var other = new ExportRequest("other", []).Write();
        Assert.Equal(OptionReplyType.Unknown, (await client.AskAsync(Option.Go, other)).Single().Type);
        Assert.Equal(OptionReplyType.Invalid, (await client.AskAsync(Option.Info, [0, 0, 0, 200, 1])).Single().Type);
        var contexts = new MetaContextRequest("backup", ["base:", "x-other:thing"]).Write();
        Assert.Equal(OptionReplyType.Invalid, (await client.AskAsync(Option.SetMetaContext, contexts)).Single().Type);
        Assert.Equal(OptionReplyType.Ack, (await client.AskAsync(Option.StructuredReply)).Single().Type);
        Assert.Equal(2, (await client.AskAsync(Option.ListMetaContext, contexts)).Count);
        Assert.Single(await client.AskAsync(Option.SetMetaContext, contexts));
        var info = await client.AskAsync(
            Option.Info, new ExportRequest("backup", [InfoType.BlockSize, InfoType.Name, (InfoType)50]).Write());
        Assert.Equal(4, info.Count);
        var size = ExportSize.Read(info[0].Data.AsSpan(2));
        Assert.Equal((ulong)VolumeBytes, size.LengthBytes);
        Assert.True(size.Features.HasFlag(ExportFeatures.ReadOnly | ExportFeatures.DoNotFragment));
        Assert.Equal(OptionReplyType.Ack, (await client.AskAsync(Option.ExtendedHeaders)).Single().Type);
        Assert.Equal(
            OptionReplyType.ExtendedHeadersRequired, (await client.AskAsync(Option.StructuredReply)).Single().Type);
        Assert.Equal(OptionReplyType.Ack, (await client.AskAsync(Option.Abort)).Single().Type);
        await client.AssertClosedAsync();
    }

    [Theory]
    [InlineData(HandshakeOptions.FixedNewstyle, 134)]
    [InlineData(HandshakeOptions.FixedNewstyle | HandshakeOptions.NoZeroes, 10)]
    public async Task An_old_client_names_the_export_and_begins(HandshakeOptions answer, int bytes)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using var client = await RawClient.ConnectAsync(server.Path);
        await client.GreetAsync(answer);
        var header = new byte[OptionHeader.Bytes];
        new OptionHeader(Option.ExportName, 6).Write(header);
        await client.SendAsync([.. header, .. "backup"u8]);
        Assert.Equal((ulong)VolumeBytes, ExportSize.Read((await client.ReceiveAsync(bytes)).AsSpan(0, 10)).LengthBytes);
        Assert.Equal(_content[9..99], (await client.ReadAsync(9, 90)).Content);
    }
}
