using BackupEngine.DataPlane.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices;

/// <summary>What opening a device gave.</summary>
/// <param name="Kind">Block device or regular file.</param>
/// <param name="LengthBytes">Length in bytes, at least 1.</param>
/// <param name="Buffered">The handle through the page cache; it holds the claim on the device.</param>
/// <param name="Direct">The handle beside the page cache, or why there is none.</param>
internal sealed record OpenedDevice(FileKind Kind, long LengthBytes, SafeFileHandle Buffered, DirectIoSupport Direct)
{
    /// <summary>The handle for everything that is aligned.</summary>
    public SafeFileHandle Main => Direct.Handle ?? Buffered;
}
