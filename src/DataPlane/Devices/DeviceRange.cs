using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Devices;

/// <summary>The checks that every device makes on what it is asked for, in release builds too.</summary>
internal static class DeviceRange
{
    /// <summary>Refuses a range outside of the device or against its alignment.</summary>
    public static void Check(IBlockDevice device, long offsetBytes, long lengthBytes)
    {
        CheckInside(device, offsetBytes, lengthBytes);
        var alignment = device.AlignmentBytes;
        var endsAligned = lengthBytes % alignment == 0 || offsetBytes + lengthBytes == device.LengthBytes;
        if (offsetBytes % alignment != 0 || !endsAligned)
        {
            throw new ArgumentException(
                $"{device.Name}: {lengthBytes} bytes at offset {offsetBytes} are not aligned to {alignment} bytes.");
        }
    }

    /// <summary>Refuses an extent outside of the device; any alignment is right.</summary>
    public static void CheckInside(IBlockDevice device, long offsetBytes, long lengthBytes)
    {
        if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > device.LengthBytes - lengthBytes)
        {
            throw new ArgumentException(
                $"{device.Name}: {lengthBytes} bytes at {offsetBytes} are not within its {device.LengthBytes} bytes.");
        }
    }

    /// <summary>Refuses an extent outside of the device; any alignment is right.</summary>
    public static void CheckInside(IBlockDevice device, Extent extent) =>
        CheckInside(device, extent.OffsetBytes, extent.LengthBytes);
}
