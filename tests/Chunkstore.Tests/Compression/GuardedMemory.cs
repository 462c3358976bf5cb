using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.Compression;

/// <summary>
/// Memory between two pages that nobody may touch: one byte read or written outside ends the process.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageBytes = 4096;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly nint _mapping;
    private readonly nuint _mappedBytes;
    private readonly int _roomBytes;

    public GuardedMemory(int roomBytes)
    {
        _roomBytes = (roomBytes + PageBytes - 1) / PageBytes * PageBytes;
        _mappedBytes = (nuint)(_roomBytes + (2 * PageBytes));
        _mapping = Map(0, _mappedBytes, 0, PrivateAnonymous, -1, 0);
        if (_mapping == -1 || Protect(_mapping + PageBytes, (nuint)_roomBytes, ReadWrite) != 0)
        {
            throw new InvalidOperationException($"No guarded memory: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>The first bytes: what is before them must not be touched.</summary>
    public Span<byte> First(int bytes) => new((void*)(_mapping + PageBytes), bytes);

    /// <summary>The last bytes: what is behind them must not be touched.</summary>
    public Span<byte> Last(int bytes) => new((void*)(_mapping + PageBytes + _roomBytes - bytes), bytes);

    public void Dispose() => _ = Unmap(_mapping, _mappedBytes);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint bytes);
}
