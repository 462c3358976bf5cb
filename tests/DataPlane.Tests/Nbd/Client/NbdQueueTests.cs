using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Tests.Devices.Engines;
using static BackupEngine.DataPlane.Tests.Nbd.Client.ScriptedServer;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Several reads of one thread at once, which sends and receives by itself.</summary>
public sealed class NbdQueueTests : NbdTestBase
{
    private const int Piece = 4096;

    private static readonly byte[] Content = Random(64 * Piece, 4);

    [Theory]
    [InlineData("memory", "300K")]
    [InlineData(
        "--filter=blocksize-policy", "memory", "300K", "blocksize-minimum=4096", "blocksize-error-policy=error")]
    [InlineData("--filter=multi-conn", "memory", "300K", "multi-conn-mode=disable")]
    public void Any_transfers_at_once_leave_and_read_what_a_byte_array_holds(params string[] arguments)
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var device = Open(Keep(NbdTool.Nbdkit(Socket, arguments)).Uri, DeviceAccess.ReadWrite);
        Assert.NotEqual(0, QueueModel.Run(
            device, capacity => Engine(device).OpenQueue(capacity, Cancelled), new Random(arguments.Length)));
    }

    /// <summary>Some stay with the connection, some come and go: all of them take turns to receive for the others.
    /// </summary>
    [Fact]
    public async Task Queues_and_single_readers_share_one_connection()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=multi-conn", "file", Folder.CreateFile("raw", Content.Length, Content),
            "multi-conn-mode=disable"));
        var device = Open(server.Uri);
        Assert.Equal(1, device.Connections);
        var queues = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () => Assert.Equal(Content, ReadByQueue(device, depth: 9, times: 20)), TaskCreationOptions.LongRunning));
        var readers = Enumerable.Range(0, 20).Select(async _ =>
            Assert.Equal(Content, await ReadAllAsync(device, 5000)));
        await Task.WhenAll([.. queues, .. readers]);
    }

    [Fact]
    public void What_had_no_reply_when_the_connection_was_lost_is_asked_for_again()
    {
        using var server = new ScriptedServer(Socket, AnswerWith(Content))
        {
            ExportBytes = (ulong)Content.Length,
            OneAnswer = true,
        };
        var device = Open($"nbd+unix:///?socket={Socket}");
        Assert.Equal(Content, ReadByQueue(device, depth: 7, times: 1));
        Assert.Contains("were lost", Assert.Single(device.Incidents), StringComparison.Ordinal);
        Assert.NotInRange(server.Connections, 0, 2);
        Close();
    }

    [Fact]
    public void One_error_fails_one_transfer_and_says_where()
    {
        const ulong Bad = 5 * Piece;
        var good = AnswerWith(Content);
        using var server = new ScriptedServer(Socket, request => request.OffsetBytes == Bad
            ? Chunk(request, false, ReplyType.Error, new ErrorChunk(NbdError.InputOutput, "bad", null).Write())
            : good(request))
        {
            ExportBytes = (ulong)Content.Length,
        };
        var device = Open($"nbd+unix:///?socket={Socket}");
        using (var queue = Engine(device).OpenQueue(8, Cancelled))
        {
            var read = new byte[8 * Piece];
            for (var tag = 0; tag < 8; tag++)
            {
                queue.BeginRead(tag * Piece, read.AsMemory(tag * Piece, Piece), tag);
            }

            var ended = Enumerable.Range(0, 8).Select(_ => queue.Wait()).ToArray();
            var failed = Assert.Single(ended, completion => completion.Error is not null);
            var error = Assert.IsType<DeviceException>(failed.Error);
            Assert.Equal((5, DeviceErrorKind.Io), (failed.Tag, error.Kind));
            Assert.Contains("reading 4096 bytes at offset 20480 failed", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, server.Connections);
        Close();
    }

    [Fact]
    public void A_queue_that_ends_waits_for_what_it_has_asked_for()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=delay", "memory", $"{Content.Length}", "delay-read=50ms"));
        var device = Open(server.Uri);
        var read = new byte[8 * Piece];
        using (var queue = Engine(device).OpenQueue(8, Cancelled))
        {
            for (var tag = 0; tag < 8; tag++)
            {
                queue.BeginRead(tag * Piece, read.AsMemory(tag * Piece, Piece), tag);
            }
        }

        read.AsSpan().Fill(0xEE);
        Assert.Equal(new byte[Content.Length], ReadByQueue(device, depth: 3, times: 1));
        Assert.DoesNotContain(read, value => value != 0xEE);
        Assert.Empty(device.Incidents);
    }

    [Fact]
    public void A_read_allocates_nothing()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var device = Open(Keep(NbdTool.Nbdkit(Socket, "memory", $"{Content.Length}")).Uri);
        using var queue = Engine(device).OpenQueue(8, Cancelled);
        var read = new byte[Content.Length];
        ReadWith(queue, read);
        Assert.Equal(0, ThreadAllocations.Of(() => ReadWith(queue, read)));
    }

    [Fact]
    public async Task A_backup_has_the_engine_and_goes_on_over_lost_connections()
    {
        var answers = 0;
        var good = AnswerWith(Content);
        using var server = new ScriptedServer(Socket, request =>
            ++answers == 1 ? good(request)[..100] : good(request))
        {
            ExportBytes = (ulong)Content.Length,
            EndAfter = () => answers == 1,
        };
        using var harness = new PipelineHarness();
        var device = Open($"nbd+unix:///?socket={Socket}");
        var backup = await harness.BackupAsync(device);
        Assert.Equal(IoEngineNames.Nbd, backup.IoEngine);
        Assert.Equal(Content, await harness.RestoreAsync(backup));
        Assert.Contains(
            "were lost 1 times and made again 1", Assert.Single(device.Incidents), StringComparison.Ordinal);
        Close();
    }

    private static IIoEngine Engine(IEngineDevice device) => device.OpenEngine();

    private static Func<RequestHeader, byte[]> AnswerWith(byte[] content) => request => Chunk(
        request, false, ReplyType.OffsetData, Data(
            request.OffsetBytes, content.AsSpan((int)request.OffsetBytes, (int)request.LengthBytes).ToArray()));

    private static byte[] ReadByQueue(NbdDevice device, int depth, int times)
    {
        var read = new byte[device.LengthBytes];
        using var queue = Engine(device).OpenQueue(depth, Cancelled);
        for (var i = 0; i < times; i++)
        {
            read.AsSpan().Clear();
            ReadWith(queue, read);
        }

        return read;
    }

    private static void ReadWith(IIoQueue queue, byte[] read)
    {
        for (var at = 0; at < read.Length; at += Piece)
        {
            if (queue.InFlight == queue.Capacity)
            {
                Assert.Null(queue.Wait().Error);
            }

            queue.BeginRead(at, read.AsMemory(at, Math.Min(Piece, read.Length - at)), at);
        }

        while (queue.InFlight > 0)
        {
            Assert.Null(queue.Wait().Error);
        }
    }
}
