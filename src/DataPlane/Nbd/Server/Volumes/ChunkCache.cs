using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>
/// Decompressed chunks that were used last, each checked against its id, bounded in bytes. Safe to use from many
/// threads.
/// </summary>
/// <remarks>
/// Whoever wants chunks enters first, and then uses at most <see cref="BatchChunks"/> slots at a time. As many may be
/// inside as there are slots for, so that a slot which nobody uses is always there: nobody who holds memory waits for
/// more of it.
/// </remarks>
internal sealed class ChunkCache : IDisposable
{
    /// <summary>Fewer slots than this are no cache.</summary>
    public const int FewestSlots = 4;

    private const int LargestBatch = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<ChunkId, CacheSlot> _byId = [];
    private readonly SlotQueue _unused = new();
    private readonly AlignedBufferPool _pool;
    private readonly SemaphoreSlim _places;
    private readonly int _capacity;
    private readonly List<CacheSlot> _slots = [];
    private long _hits;
    private long _misses;

    /// <summary>Creates an empty cache; memory is taken when it is needed.</summary>
    /// <param name="cacheBytes">Most bytes of chunks that are held, at least four chunks.</param>
    /// <param name="chunkSizeBytes">Chunk size of the repository.</param>
    public ChunkCache(long cacheBytes, int chunkSizeBytes)
    {
        _capacity = (int)Math.Min(int.MaxValue, cacheBytes / chunkSizeBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(_capacity, FewestSlots, nameof(cacheBytes));
        BatchChunks = Math.Min(LargestBatch, _capacity / FewestSlots);
        _places = new SemaphoreSlim(_capacity / BatchChunks);
        _pool = new AlignedBufferPool(new AlignedBufferPoolOptions
        {
            BlockSizeBytes = chunkSizeBytes,
            MaxTotalBytes = (long)_capacity * chunkSizeBytes,
        });
    }

    /// <summary>Most slots that one may use at a time.</summary>
    public int BatchChunks { get; }

    /// <summary>Most bytes of chunks that are held.</summary>
    public long CapacityBytes => _pool.MaxTotalBytes;

    /// <summary>Chunks that were there when they were needed.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Chunks that had to be read.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Waits for the right to use slots; <see cref="Leave"/> gives it back.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    /// <summary>Gets the right to use slots if it is there now; then <see cref="Leave"/> gives it back.</summary>
    public bool TryEnter() => _places.Wait(0, CancellationToken.None);

    /// <summary>Gives the right back; no slot is used any more.</summary>
    public void Leave() => _places.Release();

    /// <summary>Takes a slot for a chunk into use.</summary>
    /// <param name="id">The chunk, not zeros.</param>
    /// <param name="lengthBytes">Its length.</param>
    /// <param name="isToBeLoaded">Whether the caller must load the chunk and then <see cref="Complete"/> or
    /// <see cref="Fail"/> it; otherwise it is there, or another does so.</param>
    public CacheSlot Take(ChunkId id, int lengthBytes, out bool isToBeLoaded)
    {
        lock (_gate)
        {
            isToBeLoaded = !_byId.TryGetValue(id, out var slot);
            if (slot is null)
            {
                slot = TakeUnused();
                (slot.Id, slot.LengthBytes, slot.IsLoaded, slot.Failure) = (id, lengthBytes, false, null);
                _byId.Add(id, slot);
                _misses++;
            }
            else
            {
                _hits++;
                if (slot.Users == 0)
                {
                    _unused.Remove(slot);
                }
            }

            slot.Users++;
            return slot.LengthBytes == lengthBytes
                ? slot
                : throw new InvalidOperationException($"Chunk {id} cannot have two lengths.");
        }
    }

    /// <summary>Whether a chunk is there, or on its way.</summary>
    public bool Holds(ChunkId id)
    {
        lock (_gate)
        {
            return _byId.ContainsKey(id);
        }
    }

    /// <summary>The content is there, and was checked.</summary>
    public void Complete(CacheSlot slot) => End(slot, failure: null);

    /// <summary>The content cannot be read; who asks for the chunk later tries again.</summary>
    public void Fail(CacheSlot slot, Exception failure) => End(slot, failure);

    /// <summary>Completes when the content is there or has failed.</summary>
    public Task WaitAsync(CacheSlot slot)
    {
        lock (_gate)
        {
            if (slot.IsLoaded || slot.Failure is not null)
            {
                return Task.CompletedTask;
            }

            slot.Waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return slot.Waiting.Task;
        }
    }

    /// <summary>The caller uses the slot no longer.</summary>
    public void Release(CacheSlot slot)
    {
        lock (_gate)
        {
            slot.Users--;
            if (slot.Users > 0)
            {
                return;
            }

            if (slot.IsLoaded)
            {
                _unused.AddNewest(slot);
            }
            else
            {
                _unused.AddOldest(slot);
            }
        }
    }

    /// <summary>Gives all memory back. Nobody is inside any more.</summary>
    public void Dispose()
    {
        _slots.ForEach(slot => slot.Free());
        _pool.Dispose();
        _places.Dispose();
    }

    private CacheSlot TakeUnused()
    {
        if (_slots.Count < _capacity)
        {
            var added = new CacheSlot(_pool.Rent());
            _slots.Add(added);
            return added;
        }

        var slot = _unused.TakeOldest()
            ?? throw new InvalidOperationException("More slots are in use than those inside may have.");
        if (slot.IsLoaded)
        {
            _byId.Remove(slot.Id);
        }

        return slot;
    }

    private void End(CacheSlot slot, Exception? failure)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            slot.IsLoaded = failure is null;
            slot.Failure = failure;
            if (failure is not null)
            {
                _byId.Remove(slot.Id);
            }

            (waiting, slot.Waiting) = (slot.Waiting, null);
        }

        waiting?.SetResult();
    }
}
