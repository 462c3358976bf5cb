using System.Buffers;
using System.IO.Pipelines;
using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Backup.ReadAhead;

/// <summary>
/// A lane's share of the buffers: the bound that stops its reader. The pipe of the lane takes from it the buffers that
/// have been filled already, so that what several transfers fill at once goes through a pipe in order.
/// </summary>
internal sealed class LaneMemory(AlignedBufferPool pool, int buffers) : MemoryPool<byte>
{
    private readonly SemaphoreSlim _permits = new(buffers, buffers);
    private IMemoryOwner<byte>? _filled;

    /// <inheritdoc/>
    public override int MaxBufferSize => pool.MaxBufferSize;

    /// <summary>A buffer to be filled; null when the lane holds all of its share.</summary>
    public IMemoryOwner<byte>? TryRent() => _permits.Wait(0) ? Lease() : null;

    /// <summary>A buffer to be filled, as soon as the worker has given one back.</summary>
    public async ValueTask<IMemoryOwner<byte>> RentAsync(CancellationToken cancellationToken)
    {
        await _permits.WaitAsync(cancellationToken);
        return Lease();
    }

    /// <summary>Puts a filled buffer into the pipe, as the memory that the pipe has just got and written.</summary>
    /// <exception cref="InvalidOperationException">The pipe did not take the buffer: the worker would see other bytes
    /// than were read.</exception>
    public void PutInto(PipeWriter pipe, IMemoryOwner<byte> filled, int filledBytes)
    {
        _filled = filled;
        // A whole buffer each time: the pipe takes a new one, and no chunk is ever split between two.
        pipe.GetMemory(MaxBufferSize);
        if (_filled is not null)
        {
            _filled.Dispose();
            throw new InvalidOperationException("The pipe of a lane did not take the buffer that was filled for it.");
        }

        pipe.Advance(filledBytes);
    }

    /// <summary>What was offered: called by the pipe, which gives the buffer back when it has been read.</summary>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        var filled = _filled;
        _filled = null;
        return filled ?? throw new InvalidOperationException("The pipe of a lane wants a buffer that nobody filled.");
    }

    /// <summary>The buffers are the pool's.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private BufferLease Lease()
    {
        try
        {
            return new BufferLease(pool.Rent(), _permits);
        }
        catch
        {
            _permits.Release();
            throw;
        }
    }

    private sealed class BufferLease(IMemoryOwner<byte> buffer, SemaphoreSlim permits) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => buffer.Memory;

        public void Dispose()
        {
            buffer.Dispose();
            permits.Release();
        }
    }
}
