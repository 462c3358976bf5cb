using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Collects what a dirty bitmap says to be changed. May say more than the bitmap, never less: extents grow outwards to
/// whole blocks, and those behind the bound of the memory become one.
/// </summary>
internal sealed class ChangedExtents(long volumeBytes)
{
    private const long BlockBytes = 64 * 1024;
    private const int MaximumExtents = 1 << 20;

    private readonly List<Extent> _extents = [];

    /// <summary>The extents: sorted, apart from each other.</summary>
    public IReadOnlyList<Extent> All => _extents;

    /// <summary>Takes the next part of the export; parts come in order.</summary>
    /// <remarks>Only a status of 0 is clean: a bit that is not known may mean anything.</remarks>
    public void Add(long offsetBytes, long lengthBytes, ulong status)
    {
        if (status == 0)
        {
            return;
        }

        var start = offsetBytes / BlockBytes * BlockBytes;
        var end = Math.Min(volumeBytes, (offsetBytes + lengthBytes + BlockBytes - 1) / BlockBytes * BlockBytes);
        if (_extents.Count > 0 && (start <= _extents[^1].EndBytes || _extents.Count == MaximumExtents))
        {
            var last = _extents[^1].OffsetBytes;
            _extents[^1] = new Extent(last, end - last);
        }
        else
        {
            _extents.Add(new Extent(start, end - start));
        }
    }
}
