using System.IO.Pipelines;
using System.Threading.Channels;
using BackupEngine.DataPlane.Backup.ReadAhead;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>One reader, one pipe over aligned buffers, one worker.</summary>
internal sealed class Lane
{
    private readonly Pipe _pipe;
    private readonly Channel<LeafWork> _announced;

    /// <summary>Builds a lane; nothing is read yet.</summary>
    public Lane(LaneContext context)
    {
        var buffers = context.Buffers.QueueDepth + 1;
        var memory = new LaneMemory(context.Pool, buffers);
        _pipe = new Pipe(Options(memory));
        var chunks = buffers * (context.Buffers.BufferBytes / context.Plan.Shape.ChunkSizeBytes);
        _announced = Channel.CreateBounded<LeafWork>(new BoundedChannelOptions(chunks + 1)
        {
            SingleReader = true,
            SingleWriter = true,
        });
        Reader = new LaneReader(context, memory, _pipe.Writer, _announced.Writer);
        Worker = new LaneWorker(context, _pipe.Reader, _announced.Reader);
    }

    /// <summary>The reading half, with its counters.</summary>
    public LaneReader Reader { get; }

    /// <summary>The working half, with its counters.</summary>
    public LaneWorker Worker { get; }

    /// <summary>
    /// Starts both halves. Each completes its end of the pipe, so that the other never waits for it in vain.
    /// </summary>
    public void Start(WorkerGroup group)
    {
        group.StartThread(Reader.Run, EndReading);
        group.Start(Worker.RunAsync, EndWorking);
    }

    /// <summary>The lane's buffers are the bound of the pipe: it has none of its own.</summary>
    private static PipeOptions Options(LaneMemory memory) => new(
        memory,
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        minimumSegmentSize: memory.MaxBufferSize,
        useSynchronizationContext: false);

    private void EndReading()
    {
        _pipe.Writer.Complete();
        _announced.Writer.Complete();
    }

    private void EndWorking() => _pipe.Reader.Complete();
}
