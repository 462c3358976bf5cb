using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Linux;

/// <summary>Files by their handles, with the kernel's errors as <see cref="LinuxException"/>.</summary>
internal static class LinuxFile
{
    // asm-generic/fcntl.h: the same numbers on x86-64 and arm64.
    private const int ReadOnlyFlag = 0;
    private const int ReadWriteFlag = 2;
    private const int CreateFlag = 0x40;
    private const int ExclusiveFlag = 0x80;
    private const int CloseOnExec = 0x80000;

    private const int OwnerOnly = 0x180;
    private const int EmptyPath = 0x1000;
    private const int SeekData = 3;
    private const int SeekHole = 4;

    public static SafeFileHandle OpenForReading(string path) => Open(path, ReadOnlyFlag);

    public static SafeFileHandle OpenForWriting(string path) => Open(path, ReadWriteFlag);

    /// <summary>Makes a file that must not exist yet, readable and writable by its owner only.</summary>
    public static SafeFileHandle CreateNew(string path) => Open(path, ReadWriteFlag | CreateFlag | ExclusiveFlag);

    public static void Flush(SafeFileHandle handle, string path) =>
        ThrowIfFailed(LibC.Fsync(handle), $"{path} could not be flushed to disk");

    /// <summary>Makes names made or removed in a directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        using var directory = OpenForReading(path);
        Flush(directory, path);
    }

    public static void SetLength(SafeFileHandle handle, long lengthBytes, string path) =>
        ThrowIfFailed(
            LibC.Ftruncate(handle, lengthBytes), $"{path} could not be given its size of {lengthBytes} bytes");

    public static StatxBuffer Status(SafeFileHandle handle, string path)
    {
        var mask = StatxBuffer.BasicAndBirth | StatxBuffer.DirectAlignment;
        ThrowIfFailed(LibC.Statx(handle, "", EmptyPath, mask, out var status), $"{path} could not be examined");
        return status;
    }

    public static StatfsBuffer FileSystemStatus(SafeFileHandle handle, string path)
    {
        ThrowIfFailed(LibC.Fstatfs(handle, out var status), $"the file system of {path} could not be examined");
        return status;
    }

    /// <summary>First byte of data at or after an offset; null when there is none up to the end.</summary>
    public static long? NextData(SafeFileHandle handle, long offset, string path)
    {
        var found = LibC.Lseek(handle, offset, SeekData);
        if (found < 0 && Marshal.GetLastPInvokeError() == ErrorNumbers.NoSuchDevice)
            return null;
        ThrowIfFailed(found, $"{path} could not be searched for data");
        return found;
    }

    /// <summary>First byte of a hole at or after an offset; the end of the file counts as one.</summary>
    public static long NextHole(SafeFileHandle handle, long offset, string path)
    {
        var found = LibC.Lseek(handle, offset, SeekHole);
        ThrowIfFailed(found, $"{path} could not be searched for holes");
        return found;
    }

    /// <summary>The error that the last failed call left.</summary>
    public static LinuxException LastError(string what)
    {
        var number = Marshal.GetLastPInvokeError();
        return new LinuxException($"{what}: {Marshal.GetPInvokeErrorMessage(number)}.", number);
    }

    public static void ThrowIfFailed(long result, string what)
    {
        if (result < 0)
            throw LastError(what);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        var descriptor = LibC.Open(path, flags | CloseOnExec, OwnerOnly);
        ThrowIfFailed(descriptor, $"{path} could not be opened");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
