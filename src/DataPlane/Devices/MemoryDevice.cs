using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Devices;

/// <summary>A volume in memory: takes the disk out of a measurement or a test.</summary>
public sealed class MemoryDevice : IBlockDevice
{
    private readonly byte[] _content;

    /// <summary>A volume of zeros.</summary>
    /// <param name="lengthBytes">Length in bytes, at least 1.</param>
    /// <param name="name">What it is called in messages.</param>
    public MemoryDevice(int lengthBytes, string name = "memory")
        : this(new byte[lengthBytes], name)
    {
    }

    /// <summary>A volume over an array, which stays the caller's to look at and to change.</summary>
    public MemoryDevice(byte[] content, string name = "memory")
    {
        ArgumentOutOfRangeException.ThrowIfZero(content.Length);
        _content = content;
        Name = name;
    }

    /// <summary>The bytes of the volume.</summary>
    public Span<byte> Content => _content;

    /// <inheritdoc/>
    public long LengthBytes => _content.Length;

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
        _content.AsSpan((int)offsetBytes, buffer.Length).CopyTo(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        buffer.Span.CopyTo(_content.AsSpan((int)offsetBytes));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.CheckInside(this, extent);
        _content.AsSpan((int)extent.OffsetBytes, (int)extent.LengthBytes).Clear();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Nothing to release.</summary>
    public void Dispose()
    {
    }
}
