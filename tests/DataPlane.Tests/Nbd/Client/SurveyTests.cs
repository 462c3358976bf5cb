using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Protocol;
using CsCheck;
using static BackupEngine.DataPlane.Tests.Nbd.Client.ScriptedServer;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Block status, told in pieces of any size: zeros are not read, holes are, dirty is dirty.</summary>
public sealed class SurveyTests : NbdTestBase
{
    private const int Block = 64 * 1024;
    private const int Blocks = 40;
    private const string Bitmap = "b0";

    private static readonly Gen<(int[] Allocation, int[] Dirty, int Seed, bool Extended)> AnyVolume =
        from allocation in Gen.Int[0, 3].Array[Blocks]
        from dirty in Gen.Int[0, 1].Array[Blocks]
        from seed in Gen.Int
        from extended in Gen.Bool
        select (allocation, dirty, seed, extended);

    [Fact]
    public void Whatever_the_pieces_are_the_answer_is_the_same() => AnyVolume.Sample(
        volume =>
        {
            var socket = Folder.File(Guid.NewGuid().ToString("N")[..8]);
            var random = new Random(volume.Seed);
            using var server = new ScriptedServer(socket, request => request.Command == Command.BlockStatus
                ? Answer(request, volume.Extended, random, volume.Allocation, volume.Dirty)
                : Chunk(request, volume.Extended, ReplyType.OffsetData, Data(
                    request.OffsetBytes, Enumerable.Repeat((byte)1, (int)request.LengthBytes).ToArray())))
            {
                Extended = volume.Extended,
                ExportBytes = Blocks * Block,
            };
            using var device = Open(Options($"nbd+unix:///?socket={socket}") with
            {
                Contexts = [MetaContexts.Allocation, MetaContexts.DirtyBitmapPrefix + Bitmap],
                Bitmap = Bitmap,
            });
            var survey = device.Survey(Cancelled);
            Assert.Equal(BitmapToken.Of("", Bitmap), survey.BaseToken);
            CheckChanged(volume.Dirty, survey.ChangedBlocks!);
            CheckZeros(volume.Allocation, device);
        },
        iter: 40, threads: 1);

    [Theory]
    [InlineData("a context left out")]
    [InlineData("another context")]
    [InlineData("the same context twice")]
    [InlineData("an extent of length 0")]
    [InlineData("extents behind the end of the request")]
    [InlineData("an error")]
    public void A_status_that_makes_no_sense_means_unknown(string wrong)
    {
        using var server = new ScriptedServer(Socket, request => wrong switch
        {
            "a context left out" => Told(request, 7, 9),
            "another context" => Told(request, 9, 9),
            "an error" => Chunk(
                request, false, ReplyType.Error, new ErrorChunk(NbdError.InputOutput, "no", null).Write()),
            "the same context twice" => [.. Told(request, 7, 9, last: false), .. Told(request, 7, 9)],
            "an extent of length 0" => Told(request, 7, 0),
            _ =>
            [
                .. Chunk(request, false, ReplyType.BlockStatus, Status(
                    false, 7, new StatusExtent(1 << 21, 0), new StatusExtent(1, 0)), last: false),
                .. Told(request, 8, 1 << 21),
            ],
        });
        var device = Open(Options($"nbd+unix:///?socket={Socket}") with
        {
            Contexts = [MetaContexts.Allocation, MetaContexts.DirtyBitmapPrefix + Bitmap],
            Bitmap = Bitmap,
        });
        var survey = device.Survey(Cancelled);
        Assert.Null(survey.ChangedBlocks);
        Assert.Contains(Bitmap, survey.Unknown, StringComparison.Ordinal);
        Close();
    }

    private static byte[] Told(RequestHeader request, uint context, ulong length, bool last = true) => Chunk(
        request, false, ReplyType.BlockStatus, Status(false, context, new StatusExtent(length, 0)), last);

    private static byte[] Answer(
        RequestHeader request, bool extended, Random random, int[] allocation, int[] dirty) =>
    [
        .. Chunk(request, extended, BlockStatusChunk.Type(extended), Status(
            extended, 7, Pieces(request, random, allocation)), last: false),
        .. Chunk(request, extended, BlockStatusChunk.Type(extended), Status(
            extended, 8, Pieces(request, random, dirty))),
    ];

    /// <summary>At least one extent, as many as chance wants; the last one may be shorter than its block.</summary>
    private static StatusExtent[] Pieces(RequestHeader request, Random random, int[] statuses)
    {
        var pieces = new List<StatusExtent>();
        var first = (int)(request.OffsetBytes / Block);
        var offset = (long)request.OffsetBytes;
        for (var i = first; i < statuses.Length && (pieces.Count == 0 || random.Next(5) > 0); i++)
        {
            var end = (i + 1L) * Block;
            var length = i == first && random.Next(3) == 0 ? Math.Max(1, (end - offset) / 2) : end - offset;
            pieces.Add(new StatusExtent((ulong)length, (ulong)statuses[i]));
            offset += length;
            if (offset < end)
            {
                break;
            }
        }

        return [.. pieces];
    }

    private static void CheckChanged(int[] dirty, IReadOnlyList<Extent> changed)
    {
        for (var i = 0; i < Blocks; i++)
        {
            var isNamed = changed.Any(extent => extent.OffsetBytes <= i * Block && extent.EndBytes >= (i + 1) * Block);
            Assert.Equal(dirty[i] != 0, isNamed);
        }
    }

    /// <summary>What is read from the server is ones; what is known to be zero is zeros.</summary>
    private static void CheckZeros(int[] allocation, NbdDevice device)
    {
        var content = new byte[Blocks * Block];
        DataPlane.Transfers.Blocking.Wait(new ValueTask(device.ReadAsync(0, content, Cancelled).AsTask()));
        var zeros = 0L;
        for (var i = 0; i < Blocks; i++)
        {
            var isZero = ((AllocationStatus)allocation[i]).HasFlag(AllocationStatus.Zero);
            zeros += isZero ? Block : 0;
            Assert.Equal(isZero ? 0 : 1, content[(i * Block) + 5]);
            Assert.Equal(isZero ? 0 : 1, content[((i + 1) * Block) - 1]);
        }

        Assert.Equal(zeros, device.KnownZeroBytes);
    }
}
