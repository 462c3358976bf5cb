using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Devices;

/// <summary>Reads a pattern and forgets what is written: a source and a sink that cost no disk and no memory.</summary>
public sealed class NullDevice : IBlockDevice
{
    private readonly VolumePattern _pattern;

    /// <summary>A device of a given length.</summary>
    /// <param name="lengthBytes">Length in bytes, at least 1.</param>
    /// <param name="pattern">What is read; zeros when null.</param>
    /// <param name="name">What it is called in messages.</param>
    public NullDevice(long lengthBytes, VolumePattern? pattern = null, string name = "null")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, 1);
        LengthBytes = lengthBytes;
        _pattern = pattern ?? VolumePattern.Zeros;
        Name = name;
    }

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool DirectIo => false;

    /// <inheritdoc/>
    public string? DirectIoRefused => null;

    /// <inheritdoc/>
    public int AlignmentBytes => 1;

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        _pattern.Fill(offsetBytes, buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.CheckInside(this, extent);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Nothing to release.</summary>
    public void Dispose()
    {
    }
}
