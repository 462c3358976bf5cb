using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Devices.Engines.Uring;
using BackupEngine.DataPlane.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.Benchmarks.IoEngines;

/// <summary>Reads a part of a device once, in one way.</summary>
internal sealed class ReadingPass
{
    public const string Threads = "threads";
    public const string IoUring = "io_uring";
    public const string IoUringUnregistered = "io_uring, buffers not registered";

    private const double TicksPerSecond = 100; // USER_HZ

    private readonly IIoEngine _engine;
    private readonly AlignedBufferPool _pool;
    private readonly ReadingCase _case;
    private readonly long[] _offsets;
    private int _next = -1;

    private ReadingPass(IIoEngine engine, AlignedBufferPool pool, ReadingCase item, long[] offsets) =>
        (_engine, _pool, _case, _offsets) = (engine, pool, item, offsets);

    public static ReadingFigures Run(BlockDevice device, string engine, ReadingCase item, long bytes)
    {
        var choice = engine == Threads ? IoEngineChoice.Threads : IoEngineChoice.IoUring;
        var options = new IoUringOptions { RegisterBuffers = engine == IoUring };
        using var opened = DataPlane.Devices.Engines.IoEngines.Open(
            choice, device, several: true, NullLogger.Instance, options);
        using var pool = new AlignedBufferPool(new()
        {
            BlockSizeBytes = item.SizeBytes,
            MaxTotalBytes = (long)item.Lanes * item.Depth * item.SizeBytes,
        });
        var count = (int)(bytes / item.SizeBytes);
        var offsets = Enumerable.Range(0, count).Select(i => (long)i * item.SizeBytes).ToArray();
        if (item.Scattered)
        {
            new Random(1).Shuffle(offsets);
        }

        var pass = new ReadingPass(opened, pool, item, offsets);
        var (cpu, machine, started) = (Environment.CpuUsage.TotalTime, MachineSeconds(), Stopwatch.GetTimestamp());
        var lanes = Enumerable.Range(0, item.Lanes).Select(_ => new Thread(pass.ReadLane)).ToArray();
        Array.ForEach(lanes, lane => lane.Start());
        Array.ForEach(lanes, lane => lane.Join());
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var gib = (double)offsets.Length * item.SizeBytes / (1L << 30);
        return new ReadingFigures(
            gib * 1024 / seconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / gib,
            (MachineSeconds() - machine) / gib);
    }

    private void ReadLane()
    {
        var buffers = Enumerable.Range(0, _case.Depth).Select(_ => _pool.Rent()).ToArray();
        using (var queue = _engine.OpenQueue(_case.Depth, CancellationToken.None))
        {
            for (var i = 0; i < buffers.Length; i++)
            {
                BeginNext(queue, buffers, i);
            }

            while (queue.InFlight > 0)
            {
                var (tag, error) = queue.Wait();
                BeginNext(queue, error is null ? buffers : throw error, tag);
            }
        }

        Array.ForEach(buffers, buffer => buffer.Dispose());
    }

    private void BeginNext(IIoQueue queue, IMemoryOwner<byte>[] buffers, int tag)
    {
        var next = Interlocked.Increment(ref _next);
        if (next < _offsets.Length)
        {
            queue.BeginRead(_offsets[next], buffers[tag].Memory, tag);
        }
    }

    /// <summary>Time in which a core did something (proc(5), /proc/stat): all but idle and waiting for disks.</summary>
    private static double MachineSeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (fields.Sum() - fields[3] - fields[4]) / TicksPerSecond;
    }
}
