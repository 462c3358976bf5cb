using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>
/// The C library, as far as devices need it. Every function sets the last P/Invoke error when it returns -1.
/// </summary>
internal static unsafe partial class LibC
{
    public const int CurrentDirectory = -100;
    public const int EmptyPath = 0x1000;

    public const int LockExclusiveNonBlocking = 2 | 4;

    // linux/socket.h
    public const int WaitForAll = 0x100;

    // linux/falloc.h
    public const int PunchHoleAndKeepSize = 2 | 1;

    // linux/fs.h
    public const nuint BlockDeviceReadOnly = 0x125e;
    public const nuint BlockDeviceLogicalBlockSize = 0x1268;
    public const nuint BlockDeviceZeroOut = 0x127f;
    public const nuint BlockDeviceLength = 0x80081272;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer result);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle handle, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(SafeFileHandle handle, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(SafeFileHandle handle, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Fallocate(SafeFileHandle handle, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(SafeFileHandle handle);
}
