using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Walks the chunks of one leaf's work in order. The reader and the worker of a lane each walk their own: the order is
/// what tells the worker which chunk the next bytes of the pipe are.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct ChunkCursor
{
    private readonly ChunkRange[] _ranges;
    private readonly long _leafEnd;
    private int _range;
    private long _next;

    /// <summary>Starts before the first chunk.</summary>
    public ChunkCursor(BackupPlan plan, LeafWork work)
    {
        var leafFirst = work.LeafIndex * TreeShape.FanOut;
        _ranges = plan.Ranges;
        _leafEnd = leafFirst + TreeShape.FanOut;
        _range = work.FirstRange;
        _next = Math.Max(_ranges[_range].First, leafFirst);
        Current = -1;
    }

    /// <summary>Index of the chunk in the volume.</summary>
    public long Current { get; private set; }

    /// <summary>Goes to the next chunk; false when there is none.</summary>
    public bool MoveNext()
    {
        if (_next >= _leafEnd || _range == _ranges.Length)
        {
            return false;
        }

        Current = _next++;
        if (_next == _ranges[_range].End)
        {
            _next = ++_range < _ranges.Length ? _ranges[_range].First : _leafEnd;
        }

        return true;
    }
}
