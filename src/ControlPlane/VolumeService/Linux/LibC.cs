using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Linux;

/// <summary>
/// The C library, as far as volumes need it. Every function sets the last P/Invoke error when it returns -1.
/// </summary>
internal static unsafe partial class LibC
{
    // asm-generic/unistd.h: the same numbers on x86-64 and arm64. The C library has names for them since glibc 2.36.
    private const nint PidfdSendSignal = 424;
    private const nint PidfdOpen = 434;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle handle, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoctlValue(SafeFileHandle handle, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(
        SafeFileHandle directory, string path, int flags, uint mask, out StatxBuffer result);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int Fstatfs(SafeFileHandle handle, out StatfsBuffer result);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Ftruncate(SafeFileHandle handle, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Lseek(SafeFileHandle handle, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    public static partial nint CopyFileRange(
        SafeFileHandle source,
        ref long sourceOffset,
        SafeFileHandle target,
        ref long targetOffset,
        nuint length,
        uint flags);

    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeNode(string path, uint mode, ulong device);

    /// <summary>pidfd_open(2): a descriptor of a process, which stays of that process.</summary>
    public static long OpenProcess(int id) => SystemCall(PidfdOpen, id, 0, 0, 0);

    /// <summary>pidfd_send_signal(2).</summary>
    public static long SignalProcess(SafeFileHandle process, int signal) =>
        SystemCall(PidfdSendSignal, process.DangerousGetHandle(), signal, 0, 0);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);
}
