using System.ComponentModel;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Memory;

/// <summary>
/// Native memory that starts on a 2 MiB boundary, on the largest pages that the host grants. Freed by <see
/// cref="Dispose"/> only.
/// </summary>
internal sealed unsafe partial class MemoryRegion : IDisposable
{
    /// <summary>Size of a huge page on x86-64, and on arm64 with 4 KiB base pages.</summary>
    public const int HugePageBytes = 2 * 1024 * 1024;

    // Kernel headers asm-generic/mman-common.h, mman.h.
    private const int ProtReadWrite = 1 | 2;
    private const int MapPrivateAnonymous = 0x02 | 0x20;
    private const int MapHugeTlb = 0x40000;
    private const int MapHuge2Mb = 21 << 26;
    private const int MadviseHugePage = 14;
    private const int MadviseNoHugePage = 15;

    private readonly nuint _lengthBytes;
    private nint _address;

    private MemoryRegion(nint address, nuint lengthBytes, PageMode mode)
    {
        (_address, _lengthBytes, Mode) = (address, lengthBytes, mode);
    }

    /// <summary>The first byte.</summary>
    public byte* Address => (byte*)_address;

    /// <summary>Length in bytes.</summary>
    public long LengthBytes => (long)_lengthBytes;

    /// <summary>The pages that were granted.</summary>
    public PageMode Mode { get; }

    /// <summary>Maps a region.</summary>
    /// <param name="lengthBytes">Rounded up to a whole number of huge pages.</param>
    /// <param name="best">The best pages to try.</param>
    /// <exception cref="InvalidOperationException">The host has no memory left.</exception>
    public static MemoryRegion Map(long lengthBytes, PageMode best)
    {
        var length = (nuint)((lengthBytes + HugePageBytes - 1) / HugePageBytes * HugePageBytes);
        return best == PageMode.HugeTlb && TryMapReserved(length) is { } region ? region : MapAligned(length, best);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
        {
            Unmap(address, _lengthBytes);
        }
    }

    private static MemoryRegion? TryMapReserved(nuint length)
    {
        var address = mmap(0, length, ProtReadWrite, MapPrivateAnonymous | MapHugeTlb | MapHuge2Mb, -1, 0);
        return address == -1 ? null : new MemoryRegion(address, length, PageMode.HugeTlb);
    }

    /// <summary>
    /// Maps one huge page more than needed and gives back what lies before and after the aligned part.
    /// </summary>
    private static MemoryRegion MapAligned(nuint length, PageMode best)
    {
        var mapped = mmap(0, length + HugePageBytes, ProtReadWrite, MapPrivateAnonymous, -1, 0);
        if (mapped == -1)
        {
            throw new InvalidOperationException(
                $"The host refused {length} bytes of buffer memory: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        var address = (mapped + HugePageBytes - 1) / HugePageBytes * HugePageBytes;
        var before = (nuint)(address - mapped);
        Unmap(mapped, before);
        Unmap((nint)((nuint)address + length), HugePageBytes - before);
        return new MemoryRegion(address, length, Advise(address, length, best));
    }

    private static PageMode Advise(nint address, nuint length, PageMode best)
    {
        if (best == PageMode.SmallPages)
        {
            // Refused only by a kernel without transparent huge pages, where small pages are all there is.
            _ = madvise(address, length, MadviseNoHugePage);
            return PageMode.SmallPages;
        }

        var granted = madvise(address, length, MadviseHugePage) == 0 && TransparentHugePages.Enabled;
        return granted ? PageMode.Madvise : PageMode.SmallPages;
    }

    private static void Unmap(nint address, nuint length)
    {
        if (length != 0 && munmap(address, length) != 0)
        {
            throw new Win32Exception(
                Marshal.GetLastPInvokeError(), "Buffer memory could not be given back to the host.");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(nint address, nuint length, int advice);
}
