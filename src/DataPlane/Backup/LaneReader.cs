using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading.Channels;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The reading half of a lane, on a thread of its own: takes leaves, announces each to the worker, and reads their
/// chunks into the pipe, one buffer after the other, across leaves, until the pipe is full.
/// </summary>
internal sealed class LaneReader(LaneContext context, PipeWriter pipe, ChannelWriter<LeafWork> announced)
{
    private readonly ReadBatch _batch =
        new(context.Buffers.BufferBytes, context.Plan.Shape.ChunkSizeBytes, context.Buffers.IoSizeBytes);

    private ChunkCursor _cursor;
    private bool _inLeaf;

    /// <summary>Read so far, in bytes.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Time spent reading, in ticks of <see cref="Stopwatch"/>.</summary>
    public long ReadTicks { get; private set; }

    /// <summary>Time spent waiting for room in the pipe.</summary>
    public long IdleTicks { get; private set; }

    /// <summary>Reads until no leaf is left or the worker has ended.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        using var reads = new BatchReader(context.Source, context.RateLimiter, context.Buffers.QueueDepth);
        while (Gather())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Fill(reads, cancellationToken);
            if (Publish(cancellationToken).IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Collects chunks for one buffer; false when there are none left.</summary>
    private bool Gather()
    {
        _batch.Clear();
        while (_batch.HasRoom && (_inLeaf || TakeLeaf()))
        {
            _inLeaf = _cursor.MoveNext();
            if (_inLeaf)
            {
                var shape = context.Plan.Shape;
                _batch.Add(_cursor.Current * shape.ChunkSizeBytes, shape.ChunkLength(_cursor.Current));
            }
        }

        return _batch.Count > 0;
    }

    private bool TakeLeaf()
    {
        if (!context.Leaves.TryTake(out var work))
        {
            return false;
        }

        // Every leaf that is announced and not finished has a chunk in the pipe or in the batch: the channel holds
        // as many.
        if (!announced.TryWrite(work))
        {
            throw new InvalidOperationException("More leaves are announced than the pipe of a lane holds chunks.");
        }

        _cursor = new ChunkCursor(context.Plan, work);
        return true;
    }

    private void Fill(BatchReader reads, CancellationToken cancellationToken)
    {
        // A whole buffer each time: the pipe hands out a new one, and no chunk is ever split between two.
        var buffer = pipe.GetMemory(context.Buffers.BufferBytes);
        var started = Stopwatch.GetTimestamp();
        reads.Read(_batch, buffer, cancellationToken);
        ReadTicks += Stopwatch.GetTimestamp() - started;
        BytesRead += _batch.BytesToRead;
        pipe.Advance(_batch.FilledBytes);
    }

    private FlushResult Publish(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var result = Blocking.Wait(pipe.FlushAsync(cancellationToken));
        IdleTicks += Stopwatch.GetTimestamp() - started;
        return result;
    }
}
