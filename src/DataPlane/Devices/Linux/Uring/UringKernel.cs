using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>
/// io_uring of the running kernel, through syscall(2). The C library has no functions of these names; the numbers are
/// those of asm-generic/unistd.h, the same on x86-64 and arm64.
/// </summary>
internal sealed unsafe partial class UringKernel : IUringKernel
{
    private const nint SetupCall = 425;
    private const nint EnterCall = 426;
    private const nint RegisterCall = 427;
    private const uint GetEvents = 1;

    // asm-generic/mman-common.h: PROT_READ | PROT_WRITE; MAP_SHARED | MAP_POPULATE.
    private const int ReadWrite = 1 | 2;
    private const int SharedAndPopulated = 0x01 | 0x8000;

    /// <summary>The one there is.</summary>
    public static UringKernel Instance { get; } = new();

    /// <inheritdoc/>
    public int Setup(uint entries, UringParameters* parameters) =>
        Answer(Call(SetupCall, (nint)entries, (nint)parameters, 0, 0, 0, 0));

    /// <inheritdoc/>
    public int Enter(int ring, uint submit, uint complete) =>
        Answer(Call(EnterCall, ring, (nint)submit, (nint)complete, (nint)(complete > 0 ? GetEvents : 0), 0, 0));

    /// <inheritdoc/>
    public int Register(int ring, UringRegistration operation, void* argument, uint count) =>
        Answer(Call(RegisterCall, ring, (nint)operation, (nint)argument, (nint)count, 0, 0));

    /// <inheritdoc/>
    public byte* Map(int ring, nuint lengthBytes, long offsetBytes)
    {
        var address = mmap(0, lengthBytes, ReadWrite, SharedAndPopulated, ring, (nint)offsetBytes);
        return address == -1 ? null : (byte*)address;
    }

    /// <inheritdoc/>
    public void Unmap(byte* address, nuint lengthBytes) => _ = munmap((nint)address, lengthBytes);

    /// <inheritdoc/>
    public void Close(int ring) => _ = close(ring);

    private static int Answer(nint result) => result < 0 ? -Marshal.GetLastPInvokeError() : (int)result;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);
}
