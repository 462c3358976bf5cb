using System.Diagnostics;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Reads parts of what is said to be known and compares them with what they should be. One block that a source of
/// changed blocks forgot to name is silent corruption that every later incremental inherits, so its word is not taken
/// for it.
/// </summary>
internal sealed class SourceComparison(
    IBlockDevice source, TreeShape shape, IExpectedLeaves expected, ChunkHasher hasher, SlotShare? slots)
{
    private const int MaximumThreads = 16;
    private const long None = -1;

    private readonly Lock _gate = new();
    private long _chunks;
    private long _bytesRead;
    private long _mismatch = None;

    /// <summary>Compares; ends early at a difference.</summary>
    /// <param name="ranges">Chunks that are expected, at the same place and in the same length.</param>
    /// <param name="pool">Where buffers come from, one for each thread.</param>
    /// <param name="buffers">Bounds of the buffers.</param>
    /// <param name="limiter">Limits reading.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ComparisonOutcome> RunAsync(
        IEnumerable<ChunkRange> ranges,
        AlignedBufferPool pool,
        LaneBuffers buffers,
        RateLimiter? limiter,
        CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var cut = Cut(ranges, Math.Max(1, buffers.IoSizeBytes / shape.ChunkSizeBytes));
        using var pieces = cut.GetEnumerator();
        using var group = new WorkerGroup(cancellationToken);
        var threads = cut.Take(Math.Min(MaximumThreads, buffers.Lanes * buffers.QueueDepth)).Count();
        for (var i = 0; i < threads; i++)
        {
            group.StartThread(stop => Compare(pieces, pool, limiter, stop));
        }

        await group.WaitAsync();
        return new ComparisonOutcome(
            _chunks,
            _bytesRead,
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            _mismatch == None ? null : _mismatch * shape.ChunkSizeBytes);
    }

    /// <summary>Pieces that fit one transfer and lie in one leaf.</summary>
    private static IEnumerable<ChunkRange> Cut(IEnumerable<ChunkRange> ranges, int mostChunks)
    {
        foreach (var range in ranges)
        {
            for (var first = range.First; first < range.End;)
            {
                var leafEnd = ((first / TreeShape.FanOut) + 1) * TreeShape.FanOut;
                var end = Math.Min(Math.Min(range.End, leafEnd), first + mostChunks);
                yield return new ChunkRange(first, end);
                first = end;
            }
        }
    }

    private bool TryTake(IEnumerator<ChunkRange> pieces, out ChunkRange piece)
    {
        lock (_gate)
        {
            var taken = _mismatch == None && pieces.MoveNext();
            piece = taken ? pieces.Current : default;
            return taken;
        }
    }

    private void Compare(
        IEnumerator<ChunkRange> pieces,
        AlignedBufferPool pool,
        RateLimiter? limiter,
        CancellationToken cancellationToken)
    {
        if (!TryTake(pieces, out var piece))
        {
            return;
        }

        using var buffer = pool.Rent();
        var slot = slots?.NewTicket();
        var ids = new ChunkId[TreeShape.FanOut];
        do
        {
            var length = (int)((piece.Count - 1) * shape.ChunkSizeBytes) + shape.ChunkLength(piece.End - 1);
            var plain = buffer.Memory[..length];
            Blocking.Wait(limiter?.AcquireAsync(length, cancellationToken) ?? ValueTask.CompletedTask);
            Blocking.Wait(source.ReadAsync(piece.First * shape.ChunkSizeBytes, plain, cancellationToken));
            try
            {
                Blocking.Wait(slot?.EnterAsync(cancellationToken) ?? ValueTask.CompletedTask);
                CompareWithExpected(piece, plain.Span, ids, cancellationToken);
            }
            finally
            {
                slot?.Leave();
            }
        }
        while (TryTake(pieces, out piece));
    }

    private void CompareWithExpected(
        ChunkRange piece, ReadOnlySpan<byte> plain, ChunkId[] ids, CancellationToken cancellationToken)
    {
        var leaf = piece.First / TreeShape.FanOut;
        _ = Blocking.Wait(expected.ReadAsync(leaf, ids, cancellationToken));
        for (var chunk = piece.First; chunk < piece.End; chunk++)
        {
            var one = plain.Slice((int)(chunk - piece.First) * shape.ChunkSizeBytes, shape.ChunkLength(chunk));
            var id = ZeroScan.IsZero(one) ? ChunkId.Zero : hasher.Hash(one);
            if (id != ids[(int)(chunk % TreeShape.FanOut)])
            {
                Interlocked.CompareExchange(ref _mismatch, chunk, None);
            }
        }

        Interlocked.Add(ref _chunks, piece.Count);
        Interlocked.Add(ref _bytesRead, plain.Length);
    }
}
