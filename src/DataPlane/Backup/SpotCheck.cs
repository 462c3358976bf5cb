using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Reads a sample of what is said to be unchanged and compares it with the parent. One block that a volume driver
/// forgot to name is silent corruption that every later incremental inherits, so its word is not taken for it.
/// </summary>
internal sealed class SpotCheck(
    IBlockDevice source, BackupPlan plan, ManifestTreeReader parentTree, TreeShape parentShape, ChunkHasher hasher)
{
    private const int MaximumThreads = 16;

    private int _next = -1;
    private long _chunks;
    private long _bytesRead;
    private long _mismatch = -1;

    /// <summary>Compares the sample; ends early at the first difference.</summary>
    public async Task<SpotCheckOutcome> RunAsync(
        long[] sample,
        AlignedBufferPool pool,
        LaneBuffers buffers,
        RateLimiter? limiter,
        CancellationToken cancellationToken)
    {
        using var group = new WorkerGroup(cancellationToken);
        var threads = Math.Min(Math.Min(sample.Length, MaximumThreads), buffers.Lanes * buffers.QueueDepth);
        for (var i = 0; i < threads; i++)
        {
            group.StartThread(stop => Compare(sample, pool, limiter, stop));
        }

        await group.WaitAsync();
        return new SpotCheckOutcome(_chunks, _bytesRead, _mismatch < 0 ? null : _mismatch * plan.Shape.ChunkSizeBytes);
    }

    private void Compare(
        long[] sample, AlignedBufferPool pool, RateLimiter? limiter, CancellationToken cancellationToken)
    {
        using var buffer = pool.Rent();
        var ids = new ChunkId[TreeShape.FanOut];
        for (var i = Interlocked.Increment(ref _next);
            i < sample.Length && Interlocked.Read(ref _mismatch) < 0;
            i = Interlocked.Increment(ref _next))
        {
            var plain = buffer.Memory[..plan.Shape.ChunkLength(sample[i])];
            Blocking.Wait(limiter?.AcquireAsync(plain.Length, cancellationToken) ?? ValueTask.CompletedTask);
            Blocking.Wait(ReadAndCompareAsync(sample[i], plain, ids, cancellationToken));
        }
    }

    private async ValueTask ReadAndCompareAsync(
        long chunk, Memory<byte> plain, ChunkId[] ids, CancellationToken cancellationToken)
    {
        await source.ReadAsync(chunk * plan.Shape.ChunkSizeBytes, plain, cancellationToken);
        var leaf = chunk / TreeShape.FanOut;
        await parentTree.ReadLeafAsync(leaf, ids.AsMemory(0, parentShape.ChunksInLeaf(leaf)), cancellationToken);
        var id = ZeroScan.IsZero(plain.Span) ? ChunkId.Zero : hasher.Hash(plain.Span);
        if (id != ids[(int)(chunk % TreeShape.FanOut)])
        {
            Interlocked.CompareExchange(ref _mismatch, chunk, -1);
        }

        Interlocked.Increment(ref _chunks);
        Interlocked.Add(ref _bytesRead, plain.Length);
    }
}
