using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Collects what could not be restored, in bounded memory: all bytes are counted, and at least the first 10,000 ranges
/// that were found are named. Safe to use from many threads.
/// </summary>
internal sealed class HarmedRanges(ILogger logger)
{
    private const int MaximumListed = 10_000;
    private const int MaximumCollected = 4 * MaximumListed;
    private const int MaximumLogged = 20;

    private readonly Lock _lock = new();
    private List<Extent> _extents = [];
    private long _bytes;
    private int _told;
    private bool _isCut;

    /// <summary>Bytes that could not be restored.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What was wrong with the first of them; null where there are none.</summary>
    public string? FirstCause { get; private set; }

    /// <summary>Whether there are more ranges than are named.</summary>
    public bool IsCut
    {
        get
        {
            lock (_lock)
            {
                return _isCut || _extents.Count > MaximumListed;
            }
        }
    }

    /// <summary>Adds an extent.</summary>
    public void Add(Extent extent, RepositoryException cause)
    {
        if (Interlocked.Increment(ref _told) <= MaximumLogged)
        {
            logger.LogError(
                "{Length} bytes at {Offset} cannot be restored: {Cause}",
                extent.LengthBytes, extent.OffsetBytes, cause.Message);
        }

        lock (_lock)
        {
            FirstCause ??= cause.Message;
            _bytes += extent.LengthBytes;
            if (!_isCut)
            {
                _extents.Add(extent);
                Shrink();
            }
        }
    }

    /// <summary>The ranges, merged, in the order of the volume.</summary>
    public IReadOnlyList<HarmedRange> List()
    {
        lock (_lock)
        {
            Merge();
            return [.. _extents.Take(MaximumListed).Select(e => new HarmedRange(e.OffsetBytes, e.LengthBytes))];
        }
    }

    private void Shrink()
    {
        if (_extents.Count >= MaximumCollected)
        {
            Merge();
            _isCut = _extents.Count > MaximumCollected / 2;
        }
    }

    private void Merge()
    {
        var merged = new List<Extent>();
        foreach (var extent in _extents.OrderBy(extent => extent.OffsetBytes))
        {
            if (merged.Count > 0 && merged[^1].EndBytes == extent.OffsetBytes)
            {
                merged[^1] = new Extent(merged[^1].OffsetBytes, merged[^1].LengthBytes + extent.LengthBytes);
            }
            else
            {
                merged.Add(extent);
            }
        }

        _extents = merged;
    }
}
