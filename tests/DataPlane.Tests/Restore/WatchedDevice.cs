using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Tests.Backup;

namespace BackupEngine.DataPlane.Tests.Restore;

/// <summary>A strict target that counts, that can refuse needless writes, and that can fail at some write.</summary>
internal sealed class WatchedDevice(byte[] content) : IBlockDevice
{
    private readonly StrictDevice _inner = new(content);
    private long _written;
    private long _zeroed;
    private int _writes;

    /// <summary>Chunk size for which no chunk may be written that is there already; 0: any may.</summary>
    public int NoNeedlessChunkBytes { get; init; }

    /// <summary>The write or zeroing, counted from 1, that fails with everything after it; 0: none.</summary>
    public int FailFrom { get; init; }

    public byte[] Content => content;

    /// <summary>Writes and zeroings that were asked for.</summary>
    public int Writes => Volatile.Read(ref _writes);

    public long Written => Interlocked.Read(ref _written);

    public long Zeroed => Interlocked.Read(ref _zeroed);

    public long LengthBytes => content.Length;

    public string Name => "watched";

    public bool DirectIo => true;

    public string? DirectIoRefused => null;

    public int AlignmentBytes => _inner.AlignmentBytes;

    public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken) =>
        _inner.ReadAsync(offsetBytes, buffer, cancellationToken);

    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        Before(offsetBytes);
        var size = NoNeedlessChunkBytes;
        for (var at = 0; size > 0 && at + size <= buffer.Length; at += size)
        {
            var chunk = buffer.Span.Slice(at, NoNeedlessChunkBytes);
            Assert.False(
                chunk.SequenceEqual(content.AsSpan((int)offsetBytes + at, NoNeedlessChunkBytes)),
                $"what is at {offsetBytes + at} was right already");
        }

        Interlocked.Add(ref _written, buffer.Length);
        return _inner.WriteAsync(offsetBytes, buffer, cancellationToken);
    }

    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        Before(extent.OffsetBytes);
        Assert.True(
            NoNeedlessChunkBytes == 0
            || content.AsSpan((int)extent.OffsetBytes, (int)extent.LengthBytes).ContainsAnyExcept((byte)0),
            $"what is at {extent.OffsetBytes} was zero already");
        Interlocked.Add(ref _zeroed, extent.LengthBytes);
        return _inner.ZeroAsync(extent, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public void Dispose() => _inner.Dispose();

    private void Before(long offsetBytes)
    {
        if (Interlocked.Increment(ref _writes) >= FailFrom && FailFrom > 0)
        {
            throw DeviceException.Io(Name, "writing", offsetBytes, errno: 5);
        }
    }
}
