using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading.Channels;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Backup.ReadAhead;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The reading half of a lane, on a thread of its own: takes leaves, announces each to the worker, and reads their
/// chunks into buffers, several at once where that makes the device faster, across leaves, until the lane's share of
/// the buffers is used up. What is full goes through the pipe in order.
/// </summary>
internal sealed class LaneReader(
    LaneContext context, LaneMemory memory, PipeWriter pipe, ChannelWriter<LeafWork> announced)
{
    private readonly StageClock _clock = context.Stages.NewClock();
    private ChunkCursor _cursor;
    private bool _inLeaf;
    private bool _allGathered;
    private bool _mayRead;

    /// <summary>Read so far, in bytes.</summary>
    public long BytesRead { get; private set; }

    /// <summary>
    /// With a limit the next read waits for its turn: what has been read must not wait with it.
    /// </summary>
    private bool ReadsAhead => context.RateLimiter is not { IsLimited: true };

    /// <summary>Reads until no leaf is left or the worker has ended.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        var transfers = context.Engine.OpenQueue(context.Depth.Maximum, cancellationToken);
        using var window = new ReadAheadWindow(transfers, context.Buffers.QueueDepth, NewBatch);
        _clock.Start();
        try
        {
            while (Fill(window, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Publish(window, cancellationToken).IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            LetOthersRead();
        }
    }

    private ReadBatch NewBatch() =>
        new(context.Buffers.BufferBytes, context.Plan.Shape.ChunkSizeBytes, context.Buffers.IoSizeBytes);

    /// <summary>Begins to read into as many buffers as there may be; false when nothing is left.</summary>
    private bool Fill(ReadAheadWindow window, CancellationToken cancellationToken)
    {
        while (!_allGathered && MayAdd(window))
        {
            WaitForTurn(cancellationToken);
            var buffer = memory.TryRent();
            if (buffer is null && window.Count > 0)
            {
                break;
            }

            Add(window, buffer ?? WaitForBuffer(cancellationToken), cancellationToken);
        }

        return window.Count > 0;
    }

    private bool MayAdd(ReadAheadWindow window) =>
        window.Count == 0 || (ReadsAhead && window.HasPlace && window.WantsMore(context.Depth.Current));

    private void Add(ReadAheadWindow window, IMemoryOwner<byte> buffer, CancellationToken cancellationToken)
    {
        var batch = window.NextBatch;
        try
        {
            WaitForTurn(cancellationToken);
            _allGathered = !Gather(batch);
            if (_allGathered)
            {
                buffer.Dispose();
                return;
            }

            Blocking.Wait(
                context.RateLimiter?.AcquireAsync(batch.BytesToRead, cancellationToken) ?? ValueTask.CompletedTask);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        window.Add(buffer, context.Depth.Current);
    }

    private IMemoryOwner<byte> WaitForBuffer(CancellationToken cancellationToken)
    {
        _clock.MarkWait(Stage.Read);
        LetOthersRead();
        var buffer = Blocking.Wait(memory.RentAsync(cancellationToken));
        _clock.MarkWait(Stage.WaitForRoom);
        return buffer;
    }

    /// <summary>
    /// Where only one lane may read, it goes on, leaf after leaf, as long as its worker keeps up with it: one stream.
    /// </summary>
    private void WaitForTurn(CancellationToken cancellationToken)
    {
        if (context.OneStream is { } stream && !_mayRead)
        {
            stream.Wait(cancellationToken);
            _mayRead = true;
            _clock.MarkWait(Stage.Read);
        }
    }

    private void LetOthersRead()
    {
        if (_mayRead)
        {
            _mayRead = false;
            context.OneStream!.Release();
        }
    }

    /// <summary>Collects chunks for one buffer; false when there are none left.</summary>
    private bool Gather(ReadBatch batch)
    {
        batch.Clear();
        while (batch.HasRoom && (_inLeaf || TakeLeaf()))
        {
            _inLeaf = _cursor.MoveNext();
            if (_inLeaf)
            {
                var shape = context.Plan.Shape;
                batch.Add(_cursor.Current * shape.ChunkSizeBytes, shape.ChunkLength(_cursor.Current));
            }
        }

        return batch.Count > 0;
    }

    private bool TakeLeaf()
    {
        if (!context.Leaves.TryTake(out var work))
        {
            return false;
        }

        // Every leaf that is announced and not finished has a chunk in one of the lane's buffers: the channel holds
        // as many.
        if (!announced.TryWrite(work))
        {
            throw new InvalidOperationException("More leaves are announced than the buffers of a lane hold chunks.");
        }

        _cursor = new ChunkCursor(context.Plan, work);
        return true;
    }

    private FlushResult Publish(ReadAheadWindow window, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var batch = window.WaitForOldest(context.Depth.Current);
        var waited = Stopwatch.GetElapsedTime(started);
        _clock.Mark(Stage.Read, batch.BytesToRead);
        BytesRead += batch.BytesToRead;
        context.Depth.Report(batch.BytesToRead, waited);
        memory.PutInto(pipe, window.TakeOldest(), batch.FilledBytes);
        // The pipe has no bound of its own: this never waits.
        return Blocking.Wait(pipe.FlushAsync(cancellationToken));
    }
}
