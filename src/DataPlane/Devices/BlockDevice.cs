using System.Runtime.InteropServices;
using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// A block device or a regular file of this host. With direct I/O, what lies off the alignment (the tail of a file of
/// odd length, the edges of an extent to be zeroed) goes through a second, buffered handle of the same file; the
/// kernel keeps both coherent.
/// </summary>
public sealed unsafe class BlockDevice : IFileDevice
{
    private readonly SafeFileHandle _main;
    private readonly SafeFileHandle _buffered;
    private readonly DeviceZeroing _zeroing;
    private volatile DeviceException? _flushError;

    private BlockDevice(string name, OpenedDevice opened)
    {
        (_main, _buffered) = (opened.Main, opened.Buffered);
        Name = name;
        LengthBytes = opened.LengthBytes;
        DirectIo = opened.Direct.Handle is not null;
        DirectIoRefused = opened.Direct.Refused;
        AlignmentBytes = DirectIo ? opened.Direct.BlockBytes : 1;
        _zeroing = new DeviceZeroing(name, opened);
    }

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool DirectIo { get; }

    /// <inheritdoc/>
    public string? DirectIoRefused { get; }

    /// <inheritdoc/>
    public int AlignmentBytes { get; }

    /// <inheritdoc/>
    public string? ZeroingRefused => _zeroing.Refused;

    /// <inheritdoc/>
    SafeFileHandle IFileDevice.Main => _main;

    /// <inheritdoc/>
    SafeFileHandle IFileDevice.Buffered => _buffered;

    /// <summary>Opens a block device or a regular file.</summary>
    /// <param name="path">Its path; symbolic links are followed.</param>
    /// <param name="access">Writing claims it: refused while it is mounted, claimed by another program, or locked by
    /// another writer.</param>
    /// <param name="direct">Bypass the page cache; where that is refused, <see cref="DirectIoRefused"/> tells
    /// why.</param>
    /// <exception cref="DeviceException">NotFound: nothing is there. NotUsable: anything else than a readable (and,
    /// if asked for, writable) block device or regular file of at least one byte. Nothing was changed.</exception>
    public static BlockDevice Open(string path, DeviceAccess access, bool direct) =>
        new(path, DeviceOpener.Open(path, access, direct));

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        fixed (byte* first = buffer.Span)
        {
            var main = MainPart(first, buffer.Length);
            Transfer.Read(_main, Name, first, main, offsetBytes);
            Transfer.Read(_buffered, Name, first + main, buffer.Length - main, offsetBytes + main);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        fixed (byte* first = buffer.Span)
        {
            var main = MainPart(first, buffer.Length);
            Transfer.Write(_main, Name, first, main, offsetBytes);
            Transfer.Write(_buffered, Name, first + main, buffer.Length - main, offsetBytes + main);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.CheckInside(this, extent);
        _zeroing.Zero(extent, cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel reports a lost write once and then forgets it; a device that failed to flush keeps failing here.
    /// </remarks>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_flushError is { } earlier)
        {
            throw new DeviceException(earlier.Kind, earlier.Message, earlier);
        }

        if (LibC.Fsync(_main) != 0)
        {
            _flushError = DeviceException.Io(Name, "flushing", offsetBytes: null, Marshal.GetLastPInvokeError());
            throw _flushError;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Closes the device, which ends the claim on it. What was not flushed may be lost.</summary>
    public void Dispose()
    {
        _main.Dispose();
        _buffered.Dispose();
    }

    /// <summary>How much of a transfer goes through the main handle: all but an unaligned tail.</summary>
    private int MainPart(byte* first, int lengthBytes)
    {
        if ((nuint)first % (nuint)AlignmentBytes != 0)
        {
            throw new ArgumentException(
                $"{Name}: a buffer for direct I/O must start on a multiple of {AlignmentBytes} bytes.");
        }

        return lengthBytes - (lengthBytes % AlignmentBytes);
    }
}
