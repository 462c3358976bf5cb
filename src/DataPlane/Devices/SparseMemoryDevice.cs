using System.Collections.Concurrent;
using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// A volume of any size in memory: what was never written is generated from a pattern, what was written is kept page
/// by page. Costs memory only for what was written.
/// </summary>
public sealed class SparseMemoryDevice : IBlockDevice
{
    private const int PageBytes = 64 * 1024;

    private readonly ConcurrentDictionary<long, byte[]> _pages = new();
    private readonly VolumePattern _pattern;

    /// <summary>A volume of a given length.</summary>
    /// <param name="lengthBytes">Length in bytes, at least 1.</param>
    /// <param name="pattern">What it holds before it is written to; zeros when null.</param>
    /// <param name="name">What it is called in messages.</param>
    public SparseMemoryDevice(long lengthBytes, VolumePattern? pattern = null, string name = "sparse-memory")
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
        foreach (var (page, inPage, inBuffer, lengthBytes) in Pieces(new Extent(offsetBytes, buffer.Length)))
        {
            var target = buffer.Span.Slice((int)inBuffer, lengthBytes);
            if (_pages.TryGetValue(page, out var content))
            {
                content.AsSpan(inPage, lengthBytes).CopyTo(target);
            }
            else
            {
                _pattern.Fill((page * PageBytes) + inPage, target);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DeviceRange.Check(this, offsetBytes, buffer.Length);
        foreach (var (page, inPage, inBuffer, lengthBytes) in Pieces(new Extent(offsetBytes, buffer.Length)))
        {
            buffer.Span.Slice((int)inBuffer, lengthBytes).CopyTo(PageFor(page).AsSpan(inPage));
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
    {
        DeviceRange.CheckInside(this, extent);
        foreach (var (page, inPage, _, lengthBytes) in Pieces(extent))
        {
            cancellationToken.ThrowIfCancellationRequested();
            PageFor(page).AsSpan(inPage, lengthBytes).Clear();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Nothing to release.</summary>
    public void Dispose()
    {
    }

    private static IEnumerable<(long Page, int InPage, long InExtent, int LengthBytes)> Pieces(Extent extent)
    {
        for (var offset = extent.OffsetBytes; offset < extent.EndBytes;)
        {
            var inPage = (int)(offset % PageBytes);
            var lengthBytes = (int)Math.Min(PageBytes - inPage, extent.EndBytes - offset);
            yield return (offset / PageBytes, inPage, offset - extent.OffsetBytes, lengthBytes);
            offset += lengthBytes;
        }
    }

    private byte[] PageFor(long page) => _pages.GetOrAdd(page, static (number, pattern) =>
    {
        var content = new byte[PageBytes];
        pattern.Fill(number * PageBytes, content);
        return content;
    }, _pattern);
}
