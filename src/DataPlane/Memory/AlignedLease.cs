using System.Buffers;

namespace BackupEngine.DataPlane.Memory;

/// <summary>The right to use one block until it is disposed, once.</summary>
internal sealed class AlignedLease(AlignedBufferPool pool, AlignedBlock block) : IMemoryOwner<byte>
{
    private AlignedBlock? _block = block;

    /// <inheritdoc/>
    public Memory<byte> Memory
    {
        get
        {
            var current = _block;
            ObjectDisposedException.ThrowIf(current is null, this);
            return current.Memory;
        }
    }

    /// <summary>Gives the block back.</summary>
    /// <exception cref="InvalidOperationException">It was given back before: whoever did so may be using memory that
    /// is another's now.</exception>
    public void Dispose() => pool.Return(Take());

    private AlignedBlock Take() => Interlocked.Exchange(ref _block, null)
        ?? throw new InvalidOperationException("A buffer was returned to its pool twice.");
}
