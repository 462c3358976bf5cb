using System.ComponentModel;
using System.IO.Pipelines;
using BackupEngine.Benchmarks.Running;
using BackupEngine.DataPlane.Backup.ReadAhead;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;
using BenchmarkDotNet.Attributes;

namespace BackupEngine.Benchmarks.Pipeline;

/// <summary>
/// The pipe between the reader and the worker of a lane, with buffers of its pool and no bytes moved: a thread puts
/// buffers in, a task takes them out. For small buffers it is what limits a lane; for those of the usual size it is not
/// to be seen.
/// </summary>
[Description("ceiling: no byte is touched, so it is two rents and the waking of the other thread: some us a buffer")]
public class WhatDoesHandingABufferOverCost
{
    private const int Depth = 8;

    private AlignedBufferPool? _pool;

    public static IEnumerable<int> BufferCounts => [Scale.IsSmoke ? 500 : 20_000];

    [ParamsSource(nameof(BufferCounts))]
    public int Buffers { get; set; }

    [Params(64 << 10, 1 << 20)]
    public int BufferBytes { get; set; }

    [GlobalSetup]
    public void Setup() => _pool = new AlignedBufferPool(new AlignedBufferPoolOptions
    {
        BlockSizeBytes = BufferBytes,
        MaxTotalBytes = (long)(Depth + 1) * BufferBytes,
    });

    [GlobalCleanup]
    public void Cleanup() => _pool?.Dispose();

    [Benchmark(Description = "a buffer through the pipe of a lane")]
    public async Task<long> HandOver()
    {
        var memory = new LaneMemory(_pool!, Depth + 1);
        var pipe = new Pipe(new PipeOptions(
            memory,
            pauseWriterThreshold: 0,
            resumeWriterThreshold: 0,
            minimumSegmentSize: memory.MaxBufferSize,
            useSynchronizationContext: false));
        var writing = Task.Factory.StartNew(
            () => Write(memory, pipe.Writer),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var bytes = await ReadAsync(pipe.Reader);
        await writing;
        return bytes;
    }

    private void Write(LaneMemory memory, PipeWriter writer)
    {
        for (var i = 0; i < Buffers; i++)
        {
            var buffer = memory.TryRent() ?? Blocking.Wait(memory.RentAsync(CancellationToken.None));
            memory.PutInto(writer, buffer, BufferBytes);
            Blocking.Wait(writer.FlushAsync());
        }

        writer.Complete();
    }

    private static async Task<long> ReadAsync(PipeReader reader)
    {
        var bytes = 0L;
        while (true)
        {
            var result = await reader.ReadAsync();
            bytes += result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                reader.Complete();
                return bytes;
            }
        }
    }
}
