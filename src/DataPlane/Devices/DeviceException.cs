using BackupEngine.DataPlane.Devices.Linux;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// A device cannot do what was asked. The message names the device, the offset where there is one, and the cause.
/// </summary>
public sealed class DeviceException : Exception
{
    /// <summary>Creates the error with its kind and message.</summary>
    public DeviceException(DeviceErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    private DeviceException(DeviceErrorKind kind, string message, int errno, long? offsetBytes)
        : this(kind, message)
    {
        Errno = errno;
        OffsetBytes = offsetBytes;
    }

    /// <summary>What is wrong, for code that must tell the cases apart.</summary>
    public DeviceErrorKind Kind { get; }

    /// <summary>The kernel's error number, or 0 when the kernel reported none.</summary>
    public int Errno { get; }

    /// <summary>Where on the device it happened, in bytes; null when it concerns the device as a whole.</summary>
    public long? OffsetBytes { get; }

    /// <summary>A failed transfer, flush or zeroing.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="operation">What was tried, as in "reading 4096 bytes".</param>
    /// <param name="offsetBytes">Where; null for the whole device.</param>
    /// <param name="errno">The kernel's error number; 0 when the device simply ended.</param>
    public static DeviceException Io(string device, string operation, long? offsetBytes, int errno)
    {
        var place = offsetBytes is { } offset ? $" at offset {offset}" : "";
        var cause = errno == 0 ? "the device ends there; it became shorter while in use" : ErrorNumbers.Describe(errno);
        var message = $"{device}: {operation}{place} failed: {cause}.";
        return new DeviceException(DeviceErrorKind.Io, message, errno, offsetBytes);
    }

    /// <summary>A device that could not be opened or inspected.</summary>
    internal static DeviceException Open(string device, string operation, int errno) =>
        new(
            ErrorNumbers.KindOf(errno),
            $"{device}: {operation} failed: {ErrorNumbers.Describe(errno)}.",
            errno,
            offsetBytes: null);
}
