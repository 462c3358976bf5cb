using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// Memory outside of the managed heap, aligned as direct I/O wants it, on huge pages where the kernel grants them:
/// a write from those costs the kernel one page to pin where it would be 512.
/// </summary>
internal sealed unsafe class AlignedRegion : IDisposable
{
    private const int PageBytes = 4096;
    private const int HugePageBytes = 2 * 1024 * 1024;

    private void* _bytes;

    public AlignedRegion(int lengthBytes)
    {
        var isLarge = lengthBytes >= HugePageBytes;
        LengthBytes = lengthBytes;
        _bytes = NativeMemory.AlignedAlloc((nuint)lengthBytes, (nuint)(isLarge ? HugePageBytes : PageBytes));
        if (isLarge)
        {
            // Advice only: a refusal changes the speed, not the result.
            _ = Libc.Advise(_bytes, (nuint)lengthBytes, Libc.AdviseHugePage);
        }
    }

    public int LengthBytes { get; }

    /// <summary>A part of the region.</summary>
    public Span<byte> Slice(int offsetBytes, int lengthBytes)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        return new Span<byte>(_bytes, LengthBytes).Slice(offsetBytes, lengthBytes);
    }

    /// <summary>The address of a byte; it never moves.</summary>
    public void* AddressOf(int offsetBytes) => (byte*)_bytes + offsetBytes;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_bytes);
        _bytes = null;
    }
}
