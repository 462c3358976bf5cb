using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>
/// The volume of a backup, read without restoring it: the tree says which chunk is where, the repository has the
/// chunks. Read-only. Safe to use from many threads.
/// </summary>
internal sealed class BackupVolume : IServedVolume
{
    private const int ReadAheadAtOnce = 2;
    private const long FarthestAheadBytes = 8 * 1024 * 1024;

    /// <summary>Clients that know more units than 4096 bytes still work best with small ones.</summary>
    private const int LargestPreferredBlockBytes = 64 * 1024;

    private readonly TreeShape _shape;
    private readonly ManifestTreeReader _tree;
    private readonly ChunkReader _chunks;
    private readonly ChunkCache _cache;
    private readonly DamageLog _damage;
    private readonly SequentialReads _sequential;
    private readonly ReadAheadLoops _ahead;

    /// <summary>What a chunk is read under: a client that goes away must not fail another's chunk.</summary>
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Opens the view; nothing is read yet.</summary>
    /// <param name="tree">The tree of the backup.</param>
    /// <param name="chunks">Where its chunks are.</param>
    /// <param name="cache">Chunks that were read; this object's from now on.</param>
    /// <param name="damage">Told of what cannot be read.</param>
    public BackupVolume(ManifestTreeReader tree, ChunkReader chunks, ChunkCache cache, DamageLog damage)
    {
        (_tree, _chunks, _cache, _damage) = (tree, chunks, cache, damage);
        _shape = tree.Root.Shape;
        var batchBytes = (long)cache.BatchChunks * _shape.ChunkSizeBytes;
        _sequential = new SequentialReads(Math.Min(FarthestAheadBytes, cache.CapacityBytes / 4), batchBytes / 2);
        _ahead = new ReadAheadLoops(ReadAheadAtOnce, PrefetchAsync);
    }

    /// <inheritdoc/>
    public long LengthBytes => _shape.VolumeBytes;

    /// <inheritdoc/>
    public bool IsWritable => false;

    /// <inheritdoc/>
    public int PreferredBlockBytes => Math.Min(_shape.ChunkSizeBytes, LargestPreferredBlockBytes);

    /// <inheritdoc/>
    public async ValueTask ReadAsync(
        long offsetBytes, Memory<byte> destination, ReadScratch scratch, CancellationToken cancellationToken)
    {
        if (_sequential.Note(offsetBytes, destination.Length) is { LengthBytes: > 0 } ahead)
        {
            Prefetch(ahead);
        }

        while (!destination.IsEmpty)
        {
            await _cache.EnterAsync(cancellationToken);
            int done;
            try
            {
                done = await ReadBatchAsync(offsetBytes, destination, scratch);
            }
            finally
            {
                _cache.Leave();
            }

            offsetBytes += done;
            destination = destination[done..];
        }
    }

    /// <inheritdoc/>
    public async ValueTask MapAsync(
        Extent extent, AllocationMap map, ReadScratch scratch, CancellationToken cancellationToken)
    {
        var before = map.LengthBytes;
        var position = extent.OffsetBytes;
        while (position < extent.EndBytes)
        {
            var leaf = position / _shape.LeafSpanBytes;
            var end = Math.Min(extent.EndBytes, await EndOfZerosAsync(leaf, extent, cancellationToken));
            var added = end > position
                ? map.TryAdd(end - position, isZero: true)
                : await TryAddLeafAsync(leaf, position, extent.EndBytes, map, scratch, cancellationToken);
            if (!added)
            {
                return;
            }

            position = extent.OffsetBytes + map.LengthBytes - before;
        }
    }

    /// <inheritdoc/>
    public void Prefetch(Extent extent)
    {
        var end = Math.Min(extent.EndBytes, LengthBytes);
        var lengthBytes = Math.Min(end - extent.OffsetBytes, _cache.CapacityBytes / 4);
        if (lengthBytes > 0)
        {
            _ahead.Wish(extent with { LengthBytes = lengthBytes });
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, ReadScratch scratch, CancellationToken cancellationToken) =>
        throw ReadOnly();

    /// <inheritdoc/>
    public ValueTask ZeroAsync(
        Extent extent, bool provision, ReadScratch scratch, CancellationToken cancellationToken) => throw ReadOnly();

    /// <inheritdoc/>
    public ValueTask TrimAsync(Extent extent, CancellationToken cancellationToken) => throw ReadOnly();

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _ahead.DisposeAsync();
        _cache.Dispose();
        _closing.Dispose();
    }

    private static UsageException ReadOnly() => new("A backup is never written to; serve it with a writable overlay.");

    /// <summary>Reads as far as one batch of chunks goes.</summary>
    /// <returns>Bytes of the destination that are filled.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadBatchAsync(long offsetBytes, Memory<byte> destination, ReadScratch scratch)
    {
        var batch = scratch.Batch;
        try
        {
            var done = 0;
            while (done < destination.Length && batch.Count < _cache.BatchChunks)
            {
                done += await AddPieceAsync(offsetBytes + done, destination[done..], scratch);
            }

            await batch.LoadAsync(_cache, _chunks, _closing.Token);
            for (var i = 0; i < batch.Count; i++)
            {
                await CopyAsync(batch[i]);
            }

            return done;
        }
        finally
        {
            batch.Release(_cache);
        }
    }

    /// <summary>Takes the chunk at an offset into the batch; zeros are filled in at once.</summary>
    /// <returns>Bytes of the destination that the chunk has.</returns>
    private async ValueTask<int> AddPieceAsync(long offsetBytes, Memory<byte> destination, ReadScratch scratch)
    {
        var chunk = offsetBytes / _shape.ChunkSizeBytes;
        var offsetInChunk = (int)(offsetBytes % _shape.ChunkSizeBytes);
        var chunkLength = _shape.ChunkLength(chunk);
        var piece = destination[..Math.Min(destination.Length, chunkLength - offsetInChunk)];
        var ids = await LeafAsync(chunk / TreeShape.FanOut, offsetBytes, scratch, _closing.Token);
        var id = ids.Span[(int)(chunk % TreeShape.FanOut)];
        if (id.IsZero)
        {
            piece.Span.Clear();
        }
        else
        {
            var slot = _cache.Take(id, chunkLength, out var isToBeLoaded);
            scratch.Batch.Add(new ChunkPiece(slot, isToBeLoaded, chunk, offsetInChunk, piece));
        }

        return piece.Length;
    }

    private async ValueTask CopyAsync(ChunkPiece piece)
    {
        var slot = piece.Slot;
        await _cache.WaitAsync(slot);
        if (slot.IsLoaded)
        {
            slot.Plain.Slice(piece.OffsetInChunk, piece.Destination.Length).CopyTo(piece.Destination);
            return;
        }

        var cause = slot.Failure ?? new InvalidOperationException("A chunk was neither read nor has it failed.");
        _closing.Token.ThrowIfCancellationRequested();
        var start = piece.ChunkIndex * _shape.ChunkSizeBytes;
        _damage.Add(new Extent(start, slot.LengthBytes), cause);
        throw new VolumeReadException(
            new Extent(start + piece.OffsetInChunk, piece.Destination.Length), cause.Message, cause);
    }

    private async ValueTask<ReadOnlyMemory<ChunkId>> LeafAsync(
        long leaf, long offsetBytes, ReadScratch scratch, CancellationToken cancellationToken)
    {
        try
        {
            return await scratch.LeafAsync(_tree, leaf, cancellationToken);
        }
        catch (RepositoryException e)
        {
            throw LeafFailed(leaf, offsetBytes, e);
        }
    }

    /// <summary>Where the run of zero leaves ends that begins with a leaf; its begin where it is not zeros.</summary>
    private async ValueTask<long> EndOfZerosAsync(long leaf, Extent wanted, CancellationToken cancellationToken)
    {
        try
        {
            var next = await _tree.FindNonZeroLeafAsync(leaf, cancellationToken);
            return next == _shape.LeafCount ? LengthBytes : next * _shape.LeafSpanBytes;
        }
        catch (RepositoryException e)
        {
            throw LeafFailed(leaf, Math.Max(wanted.OffsetBytes, leaf * _shape.LeafSpanBytes), e);
        }
    }

    private async ValueTask<bool> TryAddLeafAsync(
        long leaf,
        long fromBytes,
        long untilBytes,
        AllocationMap map,
        ReadScratch scratch,
        CancellationToken cancellationToken)
    {
        var ids = await LeafAsync(leaf, fromBytes, scratch, cancellationToken);
        var position = fromBytes;
        for (var i = (int)(fromBytes / _shape.ChunkSizeBytes % TreeShape.FanOut); i < ids.Length; i++)
        {
            var chunk = (leaf * TreeShape.FanOut) + i;
            var end = Math.Min(untilBytes, (chunk * _shape.ChunkSizeBytes) + _shape.ChunkLength(chunk));
            if (end <= position)
            {
                break;
            }

            if (!map.TryAdd(end - position, ids.Span[i].IsZero))
            {
                return false;
            }

            position = end;
        }

        return true;
    }

    private VolumeReadException LeafFailed(long leaf, long offsetBytes, RepositoryException cause)
    {
        var place = _shape.ExtentOf(level: 0, leaf);
        _damage.Add(place, cause);
        return new VolumeReadException(new Extent(offsetBytes, place.EndBytes - offsetBytes), cause.Message, cause);
    }

    /// <summary>Reads into the cache; what fails now is found again when somebody wants it.</summary>
    private async Task PrefetchAsync(Extent extent, ReadScratch scratch)
    {
        try
        {
            var position = extent.OffsetBytes;
            while (position < extent.EndBytes && !_closing.IsCancellationRequested && _cache.TryEnter())
            {
                try
                {
                    position = await PrefetchBatchAsync(position, extent.EndBytes, scratch);
                }
                finally
                {
                    _cache.Leave();
                }
            }
        }
        catch (Exception e) when (e is RepositoryException or VolumeReadException or IOException
            or OperationCanceledException)
        {
            // Nobody has asked for it yet.
        }
    }

    /// <summary>Reads the next batch of chunks that are not there.</summary>
    /// <returns>Where it goes on.</returns>
    private async Task<long> PrefetchBatchAsync(long position, long until, ReadScratch scratch)
    {
        var batch = scratch.Batch;
        try
        {
            while (position < until && batch.Count < _cache.BatchChunks)
            {
                var chunk = position / _shape.ChunkSizeBytes;
                var ids = await scratch.LeafAsync(_tree, chunk / TreeShape.FanOut, _closing.Token);
                var id = ids.Span[(int)(chunk % TreeShape.FanOut)];
                if (!id.IsZero && !_cache.Holds(id))
                {
                    var slot = _cache.Take(id, _shape.ChunkLength(chunk), out var isToBeLoaded);
                    batch.Add(new ChunkPiece(slot, isToBeLoaded, chunk, 0, Memory<byte>.Empty));
                }

                position = (chunk + 1) * _shape.ChunkSizeBytes;
            }

            await batch.LoadAsync(_cache, _chunks, _closing.Token);
            return position;
        }
        finally
        {
            batch.Release(_cache);
        }
    }
}
