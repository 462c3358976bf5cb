using System.Buffers;

namespace BackupEngine.DataPlane.Memory;

/// <summary>
/// Buffers of one size for direct I/O, in native memory on huge pages where the host grants them. Safe to use from
/// many threads. The total is bounded: <see cref="Rent"/> throws when it is reached, <see cref="RentAsync"/> waits.
/// Every buffer belongs to exactly one owner from its rent to its return; returning twice throws, and so does
/// touching it afterwards.
/// </summary>
public sealed class AlignedBufferPool : MemoryPool<byte>
{
    /// <summary>Buffers start on multiples of this many bytes: enough for direct I/O on every device.</summary>
    public const int AlignmentBytes = 4096;

    private readonly Lock _gate = new();
    private readonly Stack<AlignedBlock> _free = new();
    private readonly List<MemoryRegion> _regions = [];
    private readonly SemaphoreSlim _permits;
    private readonly int _blocks;
    private readonly PageMode _best;
    private int _blocksMapped;
    private long _rented;
    private long _returned;
    private bool _disposed;

    /// <summary>Creates a pool and maps its first region, so that <see cref="PageMode"/> is known.</summary>
    public AlignedBufferPool(AlignedBufferPoolOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSizeBytes, AlignmentBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.BlockSizeBytes % AlignmentBytes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTotalBytes, options.BlockSizeBytes);
        MaxBufferSize = options.BlockSizeBytes;
        _blocks = checked((int)(options.MaxTotalBytes / options.BlockSizeBytes));
        _permits = new SemaphoreSlim(_blocks, _blocks);
        _best = options.BestPageMode;
        PageMode = _best;
        MapRegion();
    }

    /// <summary>The size of every buffer, in bytes.</summary>
    public override int MaxBufferSize { get; }

    /// <summary>The weakest kind of pages in use by this pool.</summary>
    public PageMode PageMode { get; private set; }

    /// <summary>The most that may be rented at once, in bytes.</summary>
    public long MaxTotalBytes => (long)_blocks * MaxBufferSize;

    /// <summary>Buffers handed out since the start.</summary>
    public long RentedCount => Interlocked.Read(ref _rented);

    /// <summary>Buffers given back since the start; equal to <see cref="RentedCount"/> when nobody holds one.</summary>
    public long ReturnedCount => Interlocked.Read(ref _returned);

    /// <summary>What a pool takes of the host at most: buffers are mapped in whole huge pages.</summary>
    /// <param name="blockBytes">Size of a buffer.</param>
    /// <param name="count">Number of buffers.</param>
    public static long MappedBytes(int blockBytes, long count)
    {
        const long page = MemoryRegion.HugePageBytes;
        var perRegion = Math.Max(1, page / blockBytes);
        var last = count % perRegion;
        return (count / perRegion * Pages(perRegion)) + (last == 0 ? 0 : Pages(last));

        long Pages(long blocks) => ((blocks * blockBytes) + page - 1) / page * page;
    }

    /// <summary>Which pages this host grants at present.</summary>
    public static PageMode DetectPageMode()
    {
        using var region = MemoryRegion.Map(MemoryRegion.HugePageBytes, PageMode.HugeTlb);
        return region.Mode;
    }

    /// <summary>
    /// Hands out a buffer of <see cref="MaxBufferSize"/> bytes, whose content is what its last owner left.
    /// </summary>
    /// <param name="minBufferSize">At most <see cref="MaxBufferSize"/>; -1 for any.</param>
    /// <exception cref="InvalidOperationException">All buffers are in use: whoever rents without waiting must bound
    /// itself.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        if (!_permits.Wait(0))
        {
            BufferPoolMetrics.Exhausted.Add(1);
            throw new InvalidOperationException($"All {_blocks} buffers of {MaxBufferSize} bytes are in use.");
        }

        return Lease();
    }

    /// <summary>Hands out a buffer of <see cref="MaxBufferSize"/> bytes as soon as there is one.</summary>
    public async ValueTask<IMemoryOwner<byte>> RentAsync(CancellationToken cancellationToken)
    {
        await _permits.WaitAsync(cancellationToken);
        return Lease();
    }

    /// <summary>The leak gate: every buffer has been given back.</summary>
    /// <exception cref="InvalidOperationException">Some have not.</exception>
    public void EnsureAllReturned()
    {
        var missing = RentedCount - ReturnedCount;
        if (missing != 0)
        {
            throw new InvalidOperationException(
                $"{missing} buffers of {MaxBufferSize} bytes were not returned to their pool.");
        }
    }

    /// <summary>Takes a block back; called by its lease, once.</summary>
    internal void Return(AlignedBlock block)
    {
        lock (_gate)
        {
            block.MarkReturned();
            _free.Push(block);
            _returned++;
            UnmapIfUnused();
        }

        BufferPoolMetrics.InUse.Add(-MaxBufferSize);
        _permits.Release();
    }

    /// <summary>
    /// Ends the pool. Memory goes back to the host when the last buffer has come back, which is at once unless one is
    /// still in use: the kernel may be writing into it.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            _disposed = true;
            UnmapIfUnused();
        }
    }

    private AlignedLease Lease()
    {
        try
        {
            return LeaseNext();
        }
        catch
        {
            _permits.Release();
            throw;
        }
    }

    private AlignedLease LeaseNext()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var block = TakeFree();
            block.MarkRented();
            _rented++;
            BufferPoolMetrics.Rented.Add(1);
            BufferPoolMetrics.InUse.Add(MaxBufferSize);
            return new AlignedLease(this, block);
        }
    }

    private AlignedBlock TakeFree()
    {
        if (_free.Count == 0)
        {
            MapRegion();
        }

        return _free.Pop();
    }

    private unsafe void MapRegion()
    {
        var perRegion = Math.Max(1, MemoryRegion.HugePageBytes / MaxBufferSize);
        var count = Math.Min(perRegion, _blocks - _blocksMapped);
        var region = MemoryRegion.Map((long)count * MaxBufferSize, _best);
        _regions.Add(region);
        _blocksMapped += count;
        PageMode = (PageMode)Math.Max((int)PageMode, (int)region.Mode);
        for (var i = count - 1; i >= 0; i--)
        {
            _free.Push(new AlignedBlock(region, region.Address + ((long)i * MaxBufferSize), MaxBufferSize));
        }

        BufferPoolMetrics.Mapped.Add(region.LengthBytes);
    }

    private void UnmapIfUnused()
    {
        if (!_disposed || _rented != _returned)
        {
            return;
        }

        _free.Clear();
        foreach (var region in _regions)
        {
            BufferPoolMetrics.Mapped.Add(-region.LengthBytes);
            region.Dispose();
        }

        _regions.Clear();
    }
}
