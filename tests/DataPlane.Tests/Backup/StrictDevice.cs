using System.Runtime.InteropServices;
using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>A volume in memory that is as strict as direct I/O on a real one, and remembers what was read.</summary>
internal sealed class StrictDevice(byte[] content, int alignmentBytes = 512) : IBlockDevice
{
    private readonly List<Extent> _reads = [];

    public byte[] Content => content;

    public IReadOnlyList<Extent> Reads => _reads;

    public long LengthBytes => content.Length;

    public string Name => "strict";

    public bool DirectIo => true;

    public string? DirectIoRefused => null;

    public int AlignmentBytes => alignmentBytes;

    public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        CheckAddress(buffer.Span);
        lock (_reads)
        {
            _reads.Add(new Extent(offsetBytes, buffer.Length));
        }

        content.AsSpan((int)offsetBytes, buffer.Length).CopyTo(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        CheckAddress(buffer.Span);
        buffer.Span.CopyTo(content.AsSpan((int)offsetBytes));
        return ValueTask.CompletedTask;
    }

    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        DeviceRange.CheckInside(this, extent);
        content.AsSpan((int)extent.OffsetBytes, (int)extent.LengthBytes).Clear();
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Dispose()
    {
    }

    private unsafe void CheckAddress(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* first = &MemoryMarshal.GetReference(buffer))
        {
            Assert.True((nuint)first % (nuint)alignmentBytes == 0, "a buffer is not aligned");
        }
    }
}
