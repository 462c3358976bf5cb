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

    /// <summary>
    /// Punching a hole, which on a block device means: unmap, and read as zeros from now on (fallocate(2), block/fops.c
    /// of Linux). Must come first: a loop device whose file system cannot zero a range in place answers BLKZEROOUT by
    /// writing, and takes no other request of that kind afterwards.
    /// </summary>
    private const int Unmap = 0;

    /// <summary>BLKZEROOUT: always works on a block device; the kernel writes where the device cannot.</summary>
    private const int ZeroOutByKernel = 1;

    private const int Ways = 2;

    private volatile int _way;

    /// <summary>Why zeros cost more than telling the device; null as long as they did not.</summary>
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

    /// <summary>The cheapest way that the device takes; one that it has refused is not tried again.</summary>
    private bool TryTell(long offsetBytes, long lengthBytes)
    {
        for (var way = _way; way < Ways; way++)
        {
            var errno = Tell(way, offsetBytes, lengthBytes);
            if (errno == 0)
            {
                return true;
            }

            if (!IsRefusal(errno))
            {
                throw DeviceException.Io(name, $"zeroing {lengthBytes} bytes", offsetBytes, errno);
            }

            Refused = $"{name} cannot be told to {(way == Unmap ? "unmap" : "zero")} a range "
                + $"({ErrorNumbers.Describe(errno)}); "
                + (IsLast(way) ? "zeros are written as data" : "the kernel zeroes it, perhaps by writing");

            // Several threads may be told of the same refusal.
            Interlocked.CompareExchange(ref _way, way + 1, way);
        }

        return false;
    }

    private static bool IsRefusal(int errno) => errno is ErrorNumbers.NotSupported
        or ErrorNumbers.NotTty
        or ErrorNumbers.NotImplemented
        or ErrorNumbers.NoDevice;

    /// <summary>A file has no other way than to be unmapped.</summary>
    private bool IsLast(int way) => way == ZeroOutByKernel || device.Kind != FileKind.BlockDevice;

    private int Tell(int way, long offsetBytes, long lengthBytes)
    {
        if (way == ZeroOutByKernel && device.Kind != FileKind.BlockDevice)
        {
            return ErrorNumbers.NotSupported;
        }

        int result;
        do
        {
            result = way == ZeroOutByKernel
                ? ZeroOut(offsetBytes, lengthBytes)
                : LibC.Fallocate(device.Buffered, LibC.PunchHoleAndKeepSize, offsetBytes, lengthBytes);
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
