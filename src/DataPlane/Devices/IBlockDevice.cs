using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// A volume as the pipelines see it: a fixed number of bytes that are read and written at offsets.
/// Safe to use from many threads as long as nobody disposes it meanwhile and writers do not share a page of 4096
/// bytes. Calls may complete synchronously and block the calling thread for as long as the transfer takes: readers
/// and writers bring their own threads.
/// </summary>
public interface IBlockDevice : IDisposable
{
    /// <summary>Length in bytes, at least 1; fixed while the device is open.</summary>
    long LengthBytes { get; }

    /// <summary>What the device is called in messages: its path.</summary>
    string Name { get; }

    /// <summary>Whether transfers bypass the page cache.</summary>
    bool DirectIo { get; }

    /// <summary>Why <see cref="DirectIo"/> is false although it was asked for; null otherwise.</summary>
    string? DirectIoRefused { get; }

    /// <summary>
    /// Offsets, lengths and buffer addresses are multiples of this many bytes, except that the last transfer of the
    /// device may end at <see cref="LengthBytes"/>. 1 where any will do.
    /// </summary>
    int AlignmentBytes { get; }

    /// <summary>
    /// Why zeros had to be written as data where the device could have been told; null as long as it did not happen.
    /// </summary>
    string? ZeroingRefused => null;

    /// <summary>
    /// Bytes that reads have been answered without asking the device, because it is known to hold zeros there.
    /// </summary>
    long KnownZeroBytes => 0;

    /// <summary>What happened meanwhile that the result must tell, in words; empty as a rule.</summary>
    IReadOnlyList<string> Incidents => [];

    /// <summary>Fills the buffer from the device, whole.</summary>
    /// <exception cref="DeviceException">Of kind Io: it could not be read whole; the message names device, offset and
    /// cause.</exception>
    /// <exception cref="ArgumentException">Outside of the device, or against <see cref="AlignmentBytes"/>.</exception>
    ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes the buffer to the device, whole. Durable only after <see cref="FlushAsync"/>.</summary>
    /// <exception cref="DeviceException">Of kind Io: it could not be written whole.</exception>
    /// <exception cref="ArgumentException">Outside of the device, or against <see cref="AlignmentBytes"/>.</exception>
    ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>
    /// Makes an extent of any alignment read as zeros, without transferring them where the device can be told.
    /// </summary>
    /// <exception cref="DeviceException">Of kind Io: it could not be zeroed whole.</exception>
    ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken);

    /// <summary>Makes everything written and zeroed before durable.</summary>
    /// <exception cref="DeviceException">Of kind Io: something written before is lost; the target must not be
    /// trusted.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
