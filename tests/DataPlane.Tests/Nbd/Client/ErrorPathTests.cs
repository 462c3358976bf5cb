using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;
using static BackupEngine.DataPlane.Tests.Nbd.Client.ScriptedServer;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Whatever fails on the way: a clear error or the right bytes, never others.</summary>
public sealed class ErrorPathTests : NbdTestBase
{
    private const int Length = 16 * 1024;
    private const int Bytes = 8 << 20;

    private static readonly byte[] Content = Random(Length, 8);

    public static TheoryData<string, bool> Ways => new(
        from replies in Enum.GetNames<ReplyStyle>()
        from queue in new[] { false, true }
        select (replies, queue));

    /// <summary>In headers, between them, in data, one byte before the end.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_reply_that_breaks_off_anywhere_is_asked_for_again(string replies, bool queue)
    {
        var style = Enum.Parse<ReplyStyle>(replies);
        var whole = ReplyBytes(style);
        int[] cuts = [0, 1, 15, 16, 17, 19, 20, 21, 27, 28, 29, 31, 32, 39, 40, 41, 1000, whole - 1];
        foreach (var cut in cuts)
        {
            var isFirst = true;
            using var server = new ScriptedServer(Socket, request =>
            {
                var reply = Answer(style, request);
                return isFirst ? reply[..cut] : reply;
            })
            {
                ExportBytes = Length,
                Structured = style != ReplyStyle.Simple,
                Extended = style == ReplyStyle.Extended,
                EndAfter = () => isFirst && !(isFirst = false),
            };
            var device = Open($"nbd+unix:///?socket={Socket}");
            Assert.Equal(Content, await ReadAsync(device, queue));
            Assert.Contains(
                "were lost 1 times and made again 1", Assert.Single(device.Incidents), StringComparison.Ordinal);
            Close();
            File.Delete(Socket);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_export_that_has_another_size_now_is_no_substitute(bool queue)
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(Socket, "memory", $"{Length}"));
        var device = Open(server.Uri);
        server.Dispose();
        Keep(NbdTool.Nbdkit(Socket, "memory", $"{2 * Length}"));
        var error = await Assert.ThrowsAsync<DeviceException>(() => ReadAsync(device, queue));
        Assert.Contains($"{2 * Length} bytes instead of {Length}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_that_fails_is_told_and_everything_is_read()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var content = new byte[Bytes];
        Random(Bytes / 2).CopyTo(content, 0);
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=error", "file", Folder.CreateFile("raw", Bytes, content), "error-extents=EIO",
            "error-extents-rate=100%"));
        using var harness = new PipelineHarness();
        var backup = await harness.BackupAsync(Open(Options(server.Uri) with { Contexts = [MetaContexts.Allocation] }));
        Assert.Contains(
            backup.Warnings,
            warning => warning.Contains("Zeros of the source are read like data", StringComparison.Ordinal)
            && warning.Contains("Input/output error", StringComparison.Ordinal));
        Assert.Equal((Bytes, 0), (backup.BytesRead, backup.KnownZeroBytes));
        Assert.Equal(content, await harness.RestoreAsync(backup));
    }

    [Theory]
    [InlineData("error-pwrite=ENOSPC", "error-pwrite-rate=100%", "No space left")]
    [InlineData("error-zero=EIO", "error-zero-rate=100%", "Input/output error")]
    public async Task A_target_that_refuses_makes_the_restore_fail_and_says_where(
        string error, string rate, string reason)
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var content = Random(Bytes);
        content.AsSpan(Bytes / 2, Bytes / 4).Clear();
        using var harness = new PipelineHarness();
        var backup = await harness.BackupAsync(content);
        var server = Keep(NbdTool.Nbdkit(Socket, "--filter=error", "memory", $"{Bytes}", error, rate));
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => PipelineHarness.RestoreAsync(
            harness.RestoreRequest(backup, Open(server.Uri, DeviceAccess.ReadWrite))));
        Assert.Contains("INCOMPLETE", failure.Message, StringComparison.Ordinal);
        Assert.Contains("at offset", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flush_that_fails_is_an_error_each_time()
    {
        using var server = new ScriptedServer(Socket, request => Chunk(
            request, false, request.Command == Command.Flush ? ReplyType.Error : ReplyType.None,
            request.Command == Command.Flush ? new ErrorChunk(NbdError.InputOutput, "lost", null).Write() : []))
        {
            ExportBytes = Length,
            Features = ExportFeatures.HasFlags | ExportFeatures.Flush,
        };
        var device = Open($"nbd+unix:///?socket={Socket}", DeviceAccess.ReadWrite);
        await device.WriteAsync(0, Content, Cancelled);
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<DeviceException>(async () => await device.FlushAsync(Cancelled));
            Assert.Contains("flushing failed: the server answered", error.Message, StringComparison.Ordinal);
        }

        Close();
    }

    /// <summary>Nothing but an answer on a connection proves that its server has not been started again.</summary>
    [Fact]
    public async Task A_flush_goes_out_on_every_connection()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var log = Folder.File("log");
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=log", "file", Folder.CreateFile("raw", Bytes), $"logfile={log}"));
        var device = Open(Options(server.Uri) with { Connections = 3 }, DeviceAccess.ReadWrite);
        await device.WriteAsync(0, Content, Cancelled);
        await device.FlushAsync(Cancelled);
        server.Dispose();
        var flushed = File.ReadLines(log).Where(line => line.Contains(" Flush ", StringComparison.Ordinal)
            && !line.Contains("...Flush", StringComparison.Ordinal));
        Assert.Equal(3, flushed.Count());
    }

    private static async Task<byte[]> ReadAsync(NbdDevice device, bool queue)
    {
        var read = new byte[Length];
        if (!queue)
        {
            await device.ReadAsync(0, read, Cancelled);
            return read;
        }

        using var transfers = ((IEngineDevice)device).OpenEngine().OpenQueue(4, Cancelled);
        transfers.BeginRead(0, read, 0);
        var ended = transfers.Wait();
        return ended.Error is null ? read : throw ended.Error;
    }

    private static byte[] Answer(ReplyStyle style, RequestHeader request)
    {
        if (style != ReplyStyle.Simple)
        {
            return Chunk(request, style == ReplyStyle.Extended, ReplyType.OffsetData, Data(0, Content));
        }

        var header = new byte[SimpleReply.Bytes];
        new SimpleReply(NbdError.None, request.Cookie).Write(header);
        return [.. header, .. Content];
    }

    private static int ReplyBytes(ReplyStyle style) => Length + (style == ReplyStyle.Simple
        ? SimpleReply.Bytes
        : ReplyHeader.Bytes(style == ReplyStyle.Extended) + ReadChunk.DataPrefixBytes);
}
