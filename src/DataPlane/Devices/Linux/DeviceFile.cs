using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>
/// Questions about paths and open files, answered by the kernel or with a <see cref="DeviceException"/>.
/// </summary>
internal static unsafe class DeviceFile
{
    /// <summary>What is at a path, symbolic links followed.</summary>
    public static FileKind KindOf(string path) => Kind(Stat(LibC.CurrentDirectory, path, flags: 0, name: path));

    /// <summary>The device that the file system of a path is on.</summary>
    public static DeviceNumber NumberOfDiskWith(string path)
    {
        var stat = Stat(LibC.CurrentDirectory, path, flags: 0, name: path);
        return new DeviceNumber(stat.DeviceMajor, stat.DeviceMinor);
    }

    /// <summary>Kind, size and direct I/O alignment of an open file.</summary>
    public static StatxBuffer Stat(SafeFileHandle handle, string name) =>
        Stat((int)handle.DangerousGetHandle(), "", LibC.EmptyPath, name);

    /// <summary>The type bits of a stat.</summary>
    public static FileKind Kind(in StatxBuffer stat) => (FileKind)(stat.Mode & 0xF000);

    /// <summary>Opens a path; the error number where that fails, 0 otherwise.</summary>
    public static int TryOpen(string path, int flags, out SafeFileHandle? handle)
    {
        int fd;
        do
        {
            fd = LibC.Open(path, flags | OpenFlags.CloseOnExec, 0);
        }
        while (fd < 0 && Marshal.GetLastPInvokeError() == ErrorNumbers.Interrupted);

        handle = fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
        return fd < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>
    /// The length of a block device in bytes. The size of its node, which a file would be asked for, is always 0.
    /// </summary>
    public static long BlockDeviceLength(SafeFileHandle handle, string name)
    {
        long lengthBytes = 0;
        Ask(handle, LibC.BlockDeviceLength, &lengthBytes, name, "asking for its length");
        return lengthBytes;
    }

    /// <summary>The unit of a block device in bytes, below which nothing can be transferred directly.</summary>
    public static int LogicalBlockSize(SafeFileHandle handle, string name)
    {
        var sizeBytes = 0;
        Ask(handle, LibC.BlockDeviceLogicalBlockSize, &sizeBytes, name, "asking for its block size");
        return sizeBytes;
    }

    /// <summary>Whether a block device refuses writes, which opening it for writing does not always tell.</summary>
    public static bool IsReadOnly(SafeFileHandle handle, string name)
    {
        var readOnly = 0;
        Ask(handle, LibC.BlockDeviceReadOnly, &readOnly, name, "asking whether it is read-only");
        return readOnly != 0;
    }

    private static StatxBuffer Stat(int directory, string path, int flags, string name)
    {
        var mask = StatxBuffer.BasicStats | StatxBuffer.DirectIoAlignment;
        return LibC.Statx(directory, path, flags, mask, out var result) == 0
            ? result
            : throw DeviceException.Open(name, "opening it", Marshal.GetLastPInvokeError());
    }

    private static void Ask(SafeFileHandle handle, nuint request, void* answer, string name, string operation)
    {
        if (LibC.Ioctl(handle, request, answer) != 0)
        {
            throw DeviceException.Open(name, operation, Marshal.GetLastPInvokeError());
        }
    }
}
