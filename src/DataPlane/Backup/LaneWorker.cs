using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The working half of a lane: takes a buffer's worth of chunks from the pipe, each one contiguous piece of the buffer
/// and never copied, and does to all of them what is cheapest first: which are zero, what are their ids, which are the
/// parent's, which are known, and only then compress and pack.
/// </summary>
internal sealed class LaneWorker(LaneContext context, PipeReader pipe, ChannelReader<LeafWork> announced)
{
    private const int ReportEveryBytes = 1024 * 1024;

    /// <summary>The stages that a worker is at; its time is the sum of them.</summary>
    public static readonly IReadOnlyList<Stage> Stages =
    [
        Stage.WaitForData, Stage.ZeroScan, Stage.Hash, Stage.Compare, Stage.Lookup, Stage.Compress, Stage.Encrypt,
        Stage.Append, Stage.WaitForPacks, Stage.Tree,
    ];

    private readonly LeafIds _leaf = new(context.Plan.Shape, context.Writer, context.ParentShape);
    private readonly ChunkBatch _toStore = context.Writer.NewBatch();
    private readonly SlotBatch _slots = new(context.Plan.Shape);
    private readonly StageClock _clock = context.Stages.NewClock();
    private readonly SlotTicket? _turn = context.Slots?.NewTicket();
    private int _unreportedBytes;

    /// <summary>Bytes of chunks that are all zeros.</summary>
    public long ZeroBytes { get; private set; }

    /// <summary>Bytes of chunks that are the parent's at the same offset.</summary>
    public long SameBytes { get; private set; }

    /// <summary>Works until the reader has announced its last leaf.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var encoders = _toStore;
        _clock.Start();
        while (await announced.WaitToReadAsync(cancellationToken))
        {
            _clock.MarkWait(Stage.WaitForData);
            while (announced.TryRead(out var work))
            {
                await TakeTurnAsync(work, cancellationToken);
            }
        }
    }

    private async ValueTask TakeTurnAsync(LeafWork work, CancellationToken cancellationToken)
    {
        try
        {
            await EnterAsync(cancellationToken);
            _clock.MarkWait(Stage.WaitForData);
            await ProcessLeafAsync(work, cancellationToken);
        }
        finally
        {
            _turn?.Leave();
        }
    }

    private ValueTask EnterAsync(CancellationToken cancellationToken) =>
        _turn?.EnterAsync(cancellationToken) ?? ValueTask.CompletedTask;

    private async ValueTask ProcessLeafAsync(LeafWork work, CancellationToken cancellationToken)
    {
        await _leaf.OpenAsync(work.LeafIndex, cancellationToken);
        _clock.Mark(Stage.Tree);
        var cursor = new ChunkCursor(context.Plan, work);
        while (cursor.MoveNext())
        {
            var ready = pipe.TryRead(out var atHand) ? atHand : await WaitForDataAsync(cancellationToken);
            TakeSlots(ready, ref cursor);
            Examine();
            if (_toStore.Count > 0)
            {
                await context.Writer.StoreManyAsync(_toStore, _clock, cancellationToken);
            }

            pipe.AdvanceTo(ready.Buffer.GetPosition(_slots.SlotBytes));
            Report(_slots.Bytes, ReportEveryBytes);
        }

        await _leaf.CloseAsync(cancellationToken);
        _clock.Mark(Stage.Tree);
        Report(0, 0);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitForDataAsync(CancellationToken cancellationToken)
    {
        _turn?.Leave();
        var result = await pipe.ReadAsync(cancellationToken);
        await EnterAsync(cancellationToken);
        _clock.MarkWait(Stage.WaitForData);
        return result;
    }

    /// <summary>Takes the chunk that the cursor is at, and those after it that lie in the same buffer.</summary>
    private void TakeSlots(in ReadResult ready, ref ChunkCursor cursor)
    {
        _slots.Begin(ready.Buffer.First);
        if (!_slots.HasMore)
        {
            throw new InvalidOperationException(ready.IsCompleted
                ? "The reader of a lane ended before the chunks that it announced."
                : "A chunk is split between two buffers of a lane.");
        }

        do
        {
            _slots.Add(cursor.Current);
        }
        while (_slots.HasMore && cursor.MoveNext());
    }

    /// <summary>Names the chunks, and collects those that are to be stored.</summary>
    private void Examine()
    {
        ZeroBytes += _slots.Name(context.Hasher, _clock);
        _toStore.Clear();
        for (var place = 0; place < _slots.Count; place++)
        {
            var (index, id, plain) = (_slots.IndexAt(place), _slots.IdAt(place), _slots.PlainAt(place));
            var isSame = _leaf.TryGetParent(index, out var parentId) && parentId == id;
            SameBytes += isSame ? plain.Length : 0;
            _leaf.Set(index, id);
            if (!id.IsZero && (!isSame || context.Writer.MustStoreUnchanged))
            {
                _toStore.Add(id, plain);
            }
        }

        if (context.ParentShape is not null)
        {
            _clock.Mark(Stage.Compare, _slots.Bytes);
        }
    }

    private void Report(int bytes, int everyBytes)
    {
        _unreportedBytes += bytes;
        if (_unreportedBytes >= everyBytes && _unreportedBytes > 0)
        {
            context.Progress.Add(_unreportedBytes);
            _unreportedBytes = 0;
        }
    }
}
