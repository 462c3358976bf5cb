using System.Buffers;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// Memory outside of the managed heap, aligned to 4096 bytes as direct I/O wants it. Owned by the pool that made it;
/// freed with it.
/// </summary>
internal sealed unsafe class AlignedBuffer : MemoryManager<byte>
{
    private const int AlignmentBytes = 4096;

    private void* _bytes;
    private readonly int _length;

    public AlignedBuffer(int lengthBytes)
    {
        _bytes = NativeMemory.AlignedAlloc((nuint)lengthBytes, AlignmentBytes);
        _length = lengthBytes;
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        return new Span<byte>(_bytes, _length);
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_bytes + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_bytes);
        _bytes = null;
    }
}
