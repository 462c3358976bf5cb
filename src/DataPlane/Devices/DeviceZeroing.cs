using System.Runtime.InteropServices;
using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// Makes extents of a device zero: told to the device where it understands, written as zeros where it refuses.
/// </summary>
internal sealed unsafe class DeviceZeroing(string name, OpenedDevice device)
{
    /// <summary>
    /// One call's worth, so that cancelling takes effect soon on a device that writes its zeros one by one.
    /// </summary>
    private const long StepBytes = 256L * 1024 * 1024;

    /// <summary>Why zeros were written as data; null as long as they were not.</summary>
    public string? Refused { get; private set; }

    /// <summary>Zeroes an extent of any alignment.</summary>
    public void Zero(Extent extent, CancellationToken cancellationToken)
    {
        var start = Math.Min(RoundUp(extent.OffsetBytes), extent.EndBytes);
        var end = Math.Max(RoundDown(extent.EndBytes), start);
        WriteZeros(device.Buffered, extent.OffsetBytes, start, cancellationToken);
        ZeroBlocks(start, end, cancellationToken);
        WriteZeros(device.Buffered, end, extent.EndBytes, cancellationToken);
    }

    private void ZeroBlocks(long start, long end, CancellationToken cancellationToken)
    {
        for (var next = start; next < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stop = Math.Min(next + StepBytes, end);
            if (!TryTell(next, stop - next))
            {
                WriteZeros(device.Main, next, stop, cancellationToken);
            }

            next = stop;
        }
    }

    private bool TryTell(long offsetBytes, long lengthBytes)
    {
        if (Refused is not null)
        {
            return false;
        }

        var errno = Tell(offsetBytes, lengthBytes);
        if (errno is not (0 or ErrorNumbers.NotSupported or ErrorNumbers.NotTty or ErrorNumbers.NotImplemented))
        {
            throw DeviceException.Io(name, $"zeroing {lengthBytes} bytes", offsetBytes, errno);
        }

        Refused = errno == 0
            ? null
            : $"{name} cannot be told to zero a range ({ErrorNumbers.Describe(errno)}); zeros are written as data";
        return errno == 0;
    }

    private int Tell(long offsetBytes, long lengthBytes)
    {
        int result;
        do
        {
            result = device.Kind == FileKind.BlockDevice
                ? ZeroOut(offsetBytes, lengthBytes)
                : LibC.Fallocate(device.Main, LibC.PunchHoleAndKeepSize, offsetBytes, lengthBytes);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == ErrorNumbers.Interrupted);

        return result == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// Through the handle that holds the claim: the kernel answers EBUSY to any other while the device is claimed.
    /// </summary>
    private int ZeroOut(long offsetBytes, long lengthBytes)
    {
        var range = stackalloc long[] { offsetBytes, lengthBytes };
        return LibC.Ioctl(device.Buffered, LibC.BlockDeviceZeroOut, range);
    }

    private void WriteZeros(SafeFileHandle to, long start, long end, CancellationToken cancellationToken)
    {
        for (var next = start; next < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var lengthBytes = (int)Math.Min(ZeroBuffer.LengthBytes, end - next);
            Transfer.Write(to, name, ZeroBuffer.Address, lengthBytes, next);
            next += lengthBytes;
        }
    }

    private long RoundDown(long offsetBytes) => offsetBytes / device.Direct.BlockBytes * device.Direct.BlockBytes;

    private long RoundUp(long offsetBytes) => RoundDown(offsetBytes + device.Direct.BlockBytes - 1);
}
