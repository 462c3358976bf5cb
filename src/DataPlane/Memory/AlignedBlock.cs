using System.Buffers;

namespace BackupEngine.DataPlane.Memory;

/// <summary>
/// One block of a region. Its bytes can be reached only while it is rented: a stale reference throws, it never reads
/// another's data.
/// </summary>
internal sealed unsafe class AlignedBlock(MemoryRegion region, byte* address, int lengthBytes) : MemoryManager<byte>
{
    private volatile bool _rented;

    /// <summary>The region that it is part of.</summary>
    public MemoryRegion Region => region;

    /// <summary>Opens the block for its next owner.</summary>
    public void MarkRented() => _rented = true;

    /// <summary>Closes the block.</summary>
    public void MarkReturned() => _rented = false;

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(!_rented, this);
        return new Span<byte>(address, lengthBytes);
    }

    /// <summary>Native memory does not move: nothing to pin.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(!_rented, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)lengthBytes);
        return new MemoryHandle(address + elementIndex);
    }

    /// <summary>Nothing to unpin.</summary>
    public override void Unpin()
    {
    }

    /// <summary>The region owns the memory.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
