using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Where an export is known to read as zeros: its server said ZERO. A hole that is not said to be ZERO may hold
/// anything, and is read.
/// </summary>
internal sealed class ZeroMap
{
    /// <summary>Shorter zeros are cheaper to read than to know.</summary>
    public const int ShortestBytes = 64 * 1024;

    /// <summary>Bound of the memory: what lies behind so many extents is read.</summary>
    private const int MaximumExtents = 1 << 20;

    private readonly List<long> _starts = [];
    private readonly List<long> _ends = [];
    private long _start;
    private long _end;

    /// <summary>Bytes that are known to be zeros.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Takes the next part of the export; parts come in order.</summary>
    public void Add(long offsetBytes, long lengthBytes, ulong status)
    {
        if (!((AllocationStatus)status).HasFlag(AllocationStatus.Zero))
        {
            return;
        }

        if (offsetBytes != _end)
        {
            Complete();
            _start = offsetBytes;
        }

        _end = offsetBytes + lengthBytes;
    }

    /// <summary>No more parts come.</summary>
    public void Complete()
    {
        if (_end - _start >= ShortestBytes && _starts.Count < MaximumExtents)
        {
            _starts.Add(_start);
            _ends.Add(_end);
            TotalBytes += _end - _start;
        }

        (_start, _end) = (0, 0);
    }

    /// <summary>Nothing is known to be zero.</summary>
    public void Forget()
    {
        _starts.Clear();
        _ends.Clear();
        (_start, _end, TotalBytes) = (0, 0, 0);
    }

    /// <summary>
    /// How many bytes from an offset on are alike, up to a limit, and whether they are known to be zeros.
    /// </summary>
    public (bool IsZero, long LengthBytes) At(long offsetBytes, long limitBytes)
    {
        var (low, high) = (0, _ends.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ends[middle] <= offsetBytes ? (middle + 1, high) : (low, middle);
        }

        if (low == _ends.Count)
        {
            return (false, limitBytes);
        }

        return _starts[low] <= offsetBytes
            ? (true, Math.Min(limitBytes, _ends[low] - offsetBytes))
            : (false, Math.Min(limitBytes, _starts[low] - offsetBytes));
    }
}
