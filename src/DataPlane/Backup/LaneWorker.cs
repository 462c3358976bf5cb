using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The working half of a lane: takes chunks from the pipe, one contiguous piece of a buffer each and never copied,
/// and does to each what is cheapest first: is it zero, what is its id, is it the parent's, is it known, and only
/// then compress and pack.
/// </summary>
internal sealed class LaneWorker(LaneContext context, PipeReader pipe, ChannelReader<LeafWork> announced)
{
    private const int ReportEveryBytes = 1024 * 1024;

    private readonly LeafIds _leaf = new(context.Plan.Shape, context.Writer, context.ParentShape);

    private readonly int _chunkSize = context.Plan.Shape.ChunkSizeBytes;
    private SequencePosition _slotEnd;
    private int _unreportedBytes;

    /// <summary>Bytes of chunks that are all zeros.</summary>
    public long ZeroBytes { get; private set; }

    /// <summary>Bytes of chunks that are the parent's at the same offset.</summary>
    public long SameBytes { get; private set; }

    /// <summary>Time spent looking for zeros, hashing and comparing, in ticks of <see cref="Stopwatch"/>.</summary>
    public long HashTicks { get; private set; }

    /// <summary>Time spent looking up, compressing and packing.</summary>
    public long StoreTicks { get; private set; }

    /// <summary>Time spent with leaves.</summary>
    public long TreeTicks { get; private set; }

    /// <summary>Time spent waiting for data.</summary>
    public long IdleTicks { get; private set; }

    /// <summary>Works until the reader has announced its last leaf.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await announced.WaitToReadAsync(cancellationToken))
        {
            while (announced.TryRead(out var work))
            {
                await ProcessLeafAsync(work, cancellationToken);
            }
        }
    }

    private async ValueTask ProcessLeafAsync(LeafWork work, CancellationToken cancellationToken)
    {
        await OpenLeafAsync(work, cancellationToken);
        var cursor = new ChunkCursor(context.Plan, work);
        while (cursor.MoveNext())
        {
            var slot = pipe.TryRead(out var ready) ? TakeSlot(ready) : await WaitForSlotAsync(cancellationToken);
            var plain = slot[..context.Plan.Shape.ChunkLength(cursor.Current)];
            var (id, store) = Examine(cursor.Current, plain.Span);
            if (store)
            {
                await StoreAsync(id, plain, cancellationToken);
            }

            _leaf.Set(cursor.Current, id);
            pipe.AdvanceTo(_slotEnd);
            Report(plain.Length, ReportEveryBytes);
        }

        await CloseLeafAsync(cancellationToken);
        Report(0, 0);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> WaitForSlotAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await pipe.ReadAsync(cancellationToken);
        IdleTicks += Stopwatch.GetTimestamp() - started;
        return TakeSlot(result);
    }

    private ReadOnlyMemory<byte> TakeSlot(ReadResult result)
    {
        var buffer = result.Buffer;
        if (buffer.Length < _chunkSize || buffer.First.Length < _chunkSize)
        {
            throw new InvalidOperationException(result.IsCompleted
                ? "The reader of a lane ended before the chunks that it announced."
                : "A chunk is split between two buffers of a lane.");
        }

        _slotEnd = buffer.GetPosition(_chunkSize);
        return buffer.First[.._chunkSize];
    }

    private (ChunkId Id, bool Store) Examine(long chunkIndex, ReadOnlySpan<byte> plain)
    {
        var started = Stopwatch.GetTimestamp();
        var isZero = ZeroScan.IsZero(plain);
        var id = isZero ? ChunkId.Zero : context.Hasher.Hash(plain);
        var isSame = _leaf.TryGetParent(chunkIndex, out var parentId) && parentId == id;
        ZeroBytes += isZero ? plain.Length : 0;
        SameBytes += isSame ? plain.Length : 0;
        HashTicks += Stopwatch.GetTimestamp() - started;
        return (id, !isZero && (!isSame || context.Writer.MustStoreUnchanged));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask StoreAsync(ChunkId id, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await context.Writer.StoreAsync(id, plain, cancellationToken);
        StoreTicks += Stopwatch.GetTimestamp() - started;
    }

    private async ValueTask OpenLeafAsync(LeafWork work, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await _leaf.OpenAsync(work.LeafIndex, cancellationToken);
        TreeTicks += Stopwatch.GetTimestamp() - started;
    }

    private async ValueTask CloseLeafAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await _leaf.CloseAsync(cancellationToken);
        TreeTicks += Stopwatch.GetTimestamp() - started;
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
