using System.IO.Pipes;
using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Devices.Engines.Uring;
using BackupEngine.DataPlane.Devices.Linux.Uring;
using BackupEngine.DataPlane.Transfers;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Tests.Devices.Engines.Uring;

/// <summary>What a kernel may do to the transfers of a ring.</summary>
public sealed class UringQueueTests
{
    private const int Eintr = 4;
    private const int Eagain = 11;
    private const int Ebusy = 16;

    [Theory]
    [InlineData(4096, true, false)]
    [InlineData(8192, false, true)]
    [InlineData(512, false, false)]
    public void Short_transfers_are_gone_on_with(uint mostBytes, bool direct, bool isLoop)
    {
        var kernel = new SteeredKernel { MostBytes = mostBytes };
        var length = isLoop ? 300 * 1024 : (300 * 1024) + 77;
        using var at = new QueueDevice(IoEngineNames.IoUring, length, isLoop, direct, new() { Kernel = kernel });
        Assert.NotEqual(0, QueueModel.Run(at, new Random((int)mostBytes)));
    }

    [Fact]
    public void A_kernel_that_is_interrupted_or_has_no_room_is_asked_again()
    {
        var kernel = new SteeredKernel { BeforeEnter = [Eintr, Eagain, Eintr, Ebusy] };
        using var at = new QueueDevice(IoEngineNames.IoUring, 300 * 1024, options: new() { Kernel = kernel });
        Assert.NotEqual(0, QueueModel.Run(at, new Random(3)));
    }

    [Fact]
    public void A_transfer_that_would_never_end_is_given_up_when_its_queue_ends()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = new SafeFileHandle(pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Equal(0, Ring.TryOpen(UringKernel.Instance, 8, oneThread: true, out var ring));
        using var buffer = new AlignedBytes(8192);
        var refused = new List<string>();
        using (var queue = new UringQueue(ring!, new PipeDevice(end), 4, registerBuffers: true, refused.Add))
        {
            queue.BeginRead(0, buffer.Memory[..4096], 0);
            queue.BeginRead(0, buffer.Memory[4096..], 1);
            queue.Submit();
            Assert.Equal(2, queue.InFlight);
        }

        buffer.Memory.Span.Fill(0xEE);
        pipe.Write(new byte[1000]);
        Assert.Equal(-1, buffer.Memory.Span.IndexOfAnyExcept((byte)0xEE));
        Assert.Empty(refused);
    }

    [Fact]
    public void A_device_is_free_for_others_as_soon_as_it_is_closed()
    {
        LoopDevice.SkipUnlessPossible();
        using var folder = new TemporaryFolder();
        using var loop = LoopDevice.Over(folder.CreateFile("volume", 1 << 20));
        using var buffer = new AlignedBytes(4096);
        for (var round = 0; round < 20; round++)
        {
            using var device = BlockDevice.Open(loop.Path, DeviceAccess.ReadWrite, direct: true);
            using var engine = new IoUringEngine(device, new IoUringOptions());
            using var queue = engine.OpenQueue(4, CancellationToken.None);
            queue.BeginWrite(0, buffer.Memory, 0);
            Assert.Null(queue.Wait().Error);
            Blocking.Wait(engine.Device.ReadAsync(4096, buffer.Memory, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Many_threads_transfer_at_once_through_the_device()
    {
        const int Threads = 8;
        using var at = new QueueDevice(IoEngineNames.IoUring, Threads * 65536);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(i => Task.Factory.StartNew(
            () => WriteAndReadBack(at.Engine.Device, i), TaskCreationOptions.LongRunning)));
        var content = await AlignedBytes.ReadAllAsync(at.Device);
        Assert.Equal(Enumerable.Range(0, Threads).Select(i => (byte)(i + 1)), content.Chunk(65536).Select(c => c[9]));
    }

    [Fact]
    public async Task A_failed_transfer_through_the_device_leaves_it_usable()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var at = new QueueDevice(IoEngineNames.IoUring, 64 * 1024);
        using var buffer = new AlignedBytes(16 * 1024);
        Shell.Run("truncate", "--size", "16K", at.File);
        var device = at.Engine.Device;
        await Assert.ThrowsAsync<DeviceException>(async () => await device.ReadAsync(32768, buffer.Memory, cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await device.ReadAsync(65536, buffer.Memory, cancel));
        await device.ReadAsync(0, buffer.Memory, cancel);
    }

    private static void WriteAndReadBack(IBlockDevice device, int index)
    {
        using var buffer = new AlignedBytes(65536);
        for (var round = 0; round < 20; round++)
        {
            buffer.Memory.Span.Fill((byte)(index + 1));
            Blocking.Wait(device.WriteAsync(index * 65536, buffer.Memory, CancellationToken.None));
            buffer.Memory.Span.Clear();
            Blocking.Wait(device.ReadAsync(index * 65536, buffer.Memory, CancellationToken.None));
            Assert.Equal(-1, buffer.Memory.Span.IndexOfAnyExcept((byte)(index + 1)));
        }
    }

    /// <summary>What never answers: the end of a pipe into which nobody writes.</summary>
    private sealed class PipeDevice(SafeFileHandle end) : IFileDevice
    {
        public SafeFileHandle Main => end;

        public SafeFileHandle Buffered => end;

        public long LengthBytes => 1 << 20;

        public string Name => "pipe";

        public bool DirectIo => false;

        public string? DirectIoRefused => null;

        public int AlignmentBytes => 1;

        public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask WriteAsync(
            long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask FlushAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
