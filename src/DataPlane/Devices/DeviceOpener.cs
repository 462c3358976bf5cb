using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// Opens what a path names, if it is something that can be backed up or restored to, and finds out its geometry.
/// </summary>
internal static class DeviceOpener
{
    /// <summary>
    /// Opens a buffered handle, which holds the claim, and where asked for and possible a direct one of the same
    /// file.
    /// </summary>
    /// <remarks>
    /// The kind is looked at before anything is opened: merely opening a tape or a pipe would do something.
    /// </remarks>
    /// <exception cref="DeviceException">Not usable as asked.</exception>
    public static OpenedDevice Open(string path, DeviceAccess access, bool direct)
    {
        var kind = DeviceFile.KindOf(path);
        RefuseOtherKinds(path, kind);
        var buffered = OpenBuffered(path, kind, access);
        try
        {
            RefuseUnwritable(buffered, path, kind, access);
            var lengthBytes = Length(buffered, path, kind);
            var support = direct
                ? DirectIoSupport.Probe(buffered, path, kind, access)
                : DirectIoSupport.Unwanted(buffered, path, kind);
            return new OpenedDevice(kind, lengthBytes, buffered, support);
        }
        catch
        {
            buffered.Dispose();
            throw;
        }
    }

    private static void RefuseOtherKinds(string path, FileKind kind)
    {
        if (kind is not (FileKind.BlockDevice or FileKind.RegularFile))
        {
            throw NotUsable($"{path} is a {Words(kind)}; a volume is a block device or a regular file.");
        }
    }

    private static SafeFileHandle OpenBuffered(string path, FileKind kind, DeviceAccess access)
    {
        var flags = access == DeviceAccess.Read ? OpenFlags.ReadOnly : OpenFlags.ReadWrite;
        var claim = kind == FileKind.BlockDevice && access == DeviceAccess.ReadWrite ? OpenFlags.Exclusive : 0;
        var errno = DeviceFile.TryOpen(path, flags | claim, out var handle);
        return errno switch
        {
            0 => handle!,
            ErrorNumbers.Busy => throw NotUsable(
                $"{path} is in use: mounted, or claimed by another program (lsblk may tell). Nothing was changed."),
            _ => throw DeviceException.Open(path, "opening it", errno),
        };
    }

    private static void RefuseUnwritable(SafeFileHandle handle, string path, FileKind kind, DeviceAccess access)
    {
        if (access == DeviceAccess.Read)
        {
            return;
        }

        if (kind == FileKind.BlockDevice && DeviceFile.IsReadOnly(handle, path))
        {
            throw NotUsable($"{path} is read-only (blockdev --getro says so); nothing was changed.");
        }

        if (kind == FileKind.RegularFile && IsLockedByAnother(handle))
        {
            throw NotUsable($"{path} is in use: another program holds a lock on it. Nothing was changed.");
        }
    }

    /// <summary>
    /// Advisory, and only as good as the file system: a lock that it does not support at all keeps nobody out.
    /// </summary>
    private static bool IsLockedByAnother(SafeFileHandle handle) =>
        LibC.Flock(handle, LibC.LockExclusiveNonBlocking) != 0 && Marshal.GetLastPInvokeError() == ErrorNumbers.Again;

    private static long Length(SafeFileHandle handle, string path, FileKind kind)
    {
        var lengthBytes = kind == FileKind.BlockDevice
            ? DeviceFile.BlockDeviceLength(handle, path)
            : DeviceFile.Stat(handle, path).SizeBytes;
        return lengthBytes > 0
            ? lengthBytes
            : throw NotUsable($"{path} has a length of 0 bytes: there is nothing to read or to write.");
    }

    private static DeviceException NotUsable(string message) => new(DeviceErrorKind.NotUsable, message);

    private static string Words(FileKind kind) => kind switch
    {
        FileKind.Directory => "directory",
        FileKind.CharacterDevice => "character device",
        FileKind.Fifo => "pipe",
        FileKind.Socket => "socket",
        _ => "file of an unknown kind",
    };
}
