using System.IO.Pipelines;
using System.Threading.Channels;
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
        _pipe = new Pipe(PipeBounds(context));
        _announced = Channel.CreateBounded<LeafWork>(new BoundedChannelOptions(ChunksInPipe(context))
        {
            SingleReader = true,
            SingleWriter = true,
        });
        Reader = new LaneReader(context, _pipe.Writer, _announced.Writer);
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

    private static int ChunksInPipe(LaneContext context) =>
        ((context.Buffers.QueueDepth + 1) * (context.Buffers.BufferBytes / context.Plan.Shape.ChunkSizeBytes)) + 1;

    private static PipeOptions PipeBounds(LaneContext context)
    {
        var buffer = context.Buffers.BufferBytes;
        var full = (long)context.Buffers.QueueDepth * buffer;
        return new PipeOptions(
            context.Pool,
            pauseWriterThreshold: full,
            // As soon as one buffer has been worked off; not earlier, or the pool's bound would be passed.
            resumeWriterThreshold: full - buffer + 1,
            minimumSegmentSize: buffer,
            useSynchronizationContext: false);
    }

    private void EndReading()
    {
        _pipe.Writer.Complete();
        _announced.Writer.Complete();
    }

    private void EndWorking() => _pipe.Reader.Complete();
}
