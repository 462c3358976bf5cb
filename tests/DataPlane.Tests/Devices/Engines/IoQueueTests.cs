using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Devices.Engines;

/// <summary>What every engine must do, whatever carries out its transfers.</summary>
public sealed class IoQueueTests
{
    public static TheoryData<string> Engines => [IoEngineNames.Threads, IoEngineNames.IoUring];

    /// <summary>Engine, loop device or file, length in bytes, direct.</summary>
    public static TheoryData<string, bool, int, bool> Devices => new(
        from engine in new[] { IoEngineNames.Threads, IoEngineNames.IoUring }
        from isLoop in new[] { true, false }
        from lengthBytes in isLoop ? new[] { 512, (300 * 1024) + 512 } : [1, 4097, (300 * 1024) + 511]
        from direct in new[] { true, false }
        select (engine, isLoop, lengthBytes, direct));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Any_transfers_at_once_leave_and_read_what_a_byte_array_holds(
        string engine, bool isLoop, int lengthBytes, bool direct)
    {
        using var at = new QueueDevice(engine, lengthBytes, isLoop, direct);
        var seed = 1 + lengthBytes + (direct ? 1 : 0);
        Assert.NotEqual(0, QueueModel.Run(at, new Random(seed)));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Each_transfer_ends_once_and_is_told_by_its_tag(string engine)
    {
        const int Pieces = 200;
        using var at = new QueueDevice(engine, Pieces * 4096);
        using var buffer = new AlignedBytes(Pieces * 4096);
        using var queue = at.OpenQueue(16);
        var ended = new List<int>();
        for (var i = 0; i < Pieces; i++)
        {
            if (queue.InFlight == queue.Capacity)
            {
                ended.Add(Whole(queue.Wait()));
            }

            queue.BeginRead(i * 4096, buffer.Memory.Slice(i * 4096, 4096), tag: i);
        }

        while (queue.InFlight > 0)
        {
            ended.Add(Whole(queue.Wait()));
        }

        Assert.Equal(Enumerable.Range(0, Pieces), ended.Order());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_file_that_became_shorter_fails_what_lies_behind_its_end_and_nothing_else(string engine)
    {
        using var at = new QueueDevice(engine, 64 * 1024);
        using var buffer = new AlignedBytes(64 * 1024);
        Shell.Run("truncate", "--size", "24K", at.File);

        using var queue = at.OpenQueue(4);
        for (var tag = 0; tag < 4; tag++)
        {
            queue.BeginRead(tag * 16384, buffer.Memory.Slice(tag * 16384, 16384), tag);
        }

        var ended = Enumerable.Range(0, 4).Select(_ => queue.Wait()).OrderBy(completion => completion.Tag).ToArray();
        Assert.Null(ended[0].Error);
        var errors = ended[1..].Select(completion => Assert.IsType<DeviceException>(completion.Error)).ToArray();
        Assert.All(errors, error => Assert.Equal((DeviceErrorKind.Io, 0), (error.Kind, error.Errno)));
        Assert.Equal([24 * 1024, 32 * 1024, 48 * 1024], errors.Select(error => error.OffsetBytes));
        Assert.Contains($"{at.File}: reading 8192 bytes at offset 24576", errors[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_device_that_cannot_be_read_there_reports_the_kernels_error(string engine)
    {
        const int Eio = 5;
        using var at = new QueueDevice(engine, 1 << 20, isLoop: true);
        using var buffer = new AlignedBytes(1 << 20);
        Shell.Run("truncate", "--size", "512K", at.File);

        using var queue = at.OpenQueue(2);
        queue.BeginRead(0, buffer.Memory[..4096], 0);
        queue.BeginRead(768 * 1024, buffer.Memory.Slice(4096, 4096), 1);
        var ended = new[] { queue.Wait(), queue.Wait() }.OrderBy(completion => completion.Tag).ToArray();
        Assert.Null(ended[0].Error);
        var error = Assert.IsType<DeviceException>(ended[1].Error);
        Assert.Equal((DeviceErrorKind.Io, Eio, 768 * 1024), (error.Kind, error.Errno, error.OffsetBytes));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_device_opened_for_reading_cannot_be_written(string engine)
    {
        using var folder = new TemporaryFolder();
        using var device = BlockDevice.Open(folder.CreateFile("volume", 4096), DeviceAccess.Read, direct: true);
        using var opened = IoEngines.Open(
            IoEngineNames.Parse(engine), device, several: true, NullLogger.Instance);
        using var queue = opened.OpenQueue(1, TestContext.Current.CancellationToken);
        using var buffer = new AlignedBytes(4096);
        queue.BeginWrite(0, buffer.Memory, 7);
        var ended = queue.Wait();
        Assert.Equal(7, ended.Tag);
        Assert.Equal(DeviceErrorKind.Io, Assert.IsType<DeviceException>(ended.Error).Kind);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Nobody_writes_into_a_buffer_after_its_queue_has_ended(string engine)
    {
        const int LengthBytes = 4 << 20;
        using var at = new QueueDevice(engine, LengthBytes, isLoop: true);
        using var buffer = new AlignedBytes(LengthBytes);
        for (var round = 0; round < 10; round++)
        {
            using (var queue = at.OpenQueue(16))
            {
                for (var tag = 0; tag < 16; tag++)
                {
                    queue.BeginRead(tag * 262144, buffer.Memory.Slice(tag * 262144, 262144), tag);
                }

                if (round % 2 == 0)
                {
                    Whole(queue.Wait());
                }
            }

            buffer.Memory.Span.Fill(0xEE);
            Assert.Equal(-1, buffer.Memory.Span.IndexOfAnyExcept((byte)0xEE));
            Shell.Run("sync", "--file-system", at.File);
            Assert.Equal(-1, buffer.Memory.Span.IndexOfAnyExcept((byte)0xEE));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void What_cannot_be_is_refused_and_nothing_is_in_flight_then(string engine)
    {
        using var at = new QueueDevice(engine, 10_000);
        using var buffer = new AlignedBytes(8192);
        using var queue = at.OpenQueue(1);
        Assert.Throws<InvalidOperationException>(() => queue.Wait());
        Assert.Throws<ArgumentException>(() => queue.BeginRead(8192, buffer.Memory[..4096], 0));
        Assert.Throws<ArgumentException>(() => queue.BeginWrite(-4096, buffer.Memory[..4096], 0));
        Assert.SkipUnless(at.Device.DirectIo, "needs direct I/O on temporary files: " + at.Device.DirectIoRefused);
        Assert.Throws<ArgumentException>(() => queue.BeginRead(1, buffer.Memory[..4096], 0));
        Assert.Throws<ArgumentException>(() => queue.BeginWrite(0, buffer.Memory[..100], 0));
        Assert.Equal(0, queue.InFlight);
        queue.BeginRead(0, buffer.Memory[..4096], 0);
        Assert.Throws<InvalidOperationException>(() => queue.BeginRead(4096, buffer.Memory[4096..], 1));
        Whole(queue.Wait());
    }

    private static int Whole(IoCompletion completion)
    {
        Assert.Null(completion.Error);
        return completion.Tag;
    }
}
