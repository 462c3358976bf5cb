using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>
/// Passes everything on to another device, except for what is to fail. The faults that users of a device must survive:
/// a read, a write or a zeroing that fails with EIO once, and a flush that fails for ever.
/// </summary>
internal sealed class FaultyDevice(IBlockDevice inner) : IBlockDevice
{
    private const int Eio = 5;
    private int _reads;
    private int _writes;

    /// <summary>Fails the n-th read, counted from 1.</summary>
    public int? FailRead { get; init; }

    /// <summary>Fails the n-th write or zeroing, counted from 1.</summary>
    public int? FailWrite { get; init; }

    public bool FailFlush { get; init; }

    /// <summary>Called before each transfer, with its number: a place to cancel or to wait.</summary>
    public Action<int>? BeforeTransfer { get; init; }

    public int Reads => _reads;

    public int Writes => _writes;

    public long LengthBytes => inner.LengthBytes;

    public string Name => inner.Name;

    public bool DirectIo => inner.DirectIo;

    public string? DirectIoRefused => inner.DirectIoRefused;

    public int AlignmentBytes => inner.AlignmentBytes;

    public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        FailIf(FailRead, Interlocked.Increment(ref _reads), "reading", offsetBytes);
        return inner.ReadAsync(offsetBytes, buffer, cancellationToken);
    }

    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        FailIf(FailWrite, Interlocked.Increment(ref _writes), "writing", offsetBytes);
        return inner.WriteAsync(offsetBytes, buffer, cancellationToken);
    }

    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        FailIf(FailWrite, Interlocked.Increment(ref _writes), "zeroing", extent.OffsetBytes);
        return inner.ZeroAsync(extent, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => FailFlush
        ? throw DeviceException.Io(Name, "flushing", offsetBytes: null, Eio)
        : inner.FlushAsync(cancellationToken);

    public void Dispose() => inner.Dispose();

    private void FailIf(int? number, int current, string operation, long offsetBytes)
    {
        BeforeTransfer?.Invoke(current);
        if (number == current)
        {
            throw DeviceException.Io(Name, operation, offsetBytes, Eio);
        }
    }
}
