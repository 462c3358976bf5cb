using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Which bytes of a request have been answered: chunks may come in any order, but never twice for the same byte.
/// </summary>
internal sealed class CoveredRanges
{
    /// <summary>Bound of the gaps that a reply may leave in between.</summary>
    public const int MaximumRanges = 4096;

    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>Bytes that were answered.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Starts over.</summary>
    public void Clear()
    {
        _ranges.Clear();
        TotalBytes = 0;
    }

    /// <summary>Adds a range.</summary>
    /// <exception cref="NbdProtocolException">A part of it was there before, or there are too many gaps.</exception>
    public void Add(long start, long end)
    {
        var at = _ranges.Count;
        while (at > 0 && _ranges[at - 1].Start >= start)
        {
            at--;
        }

        if ((at > 0 && _ranges[at - 1].End > start) || (at < _ranges.Count && _ranges[at].Start < end))
        {
            throw new NbdProtocolException("Two chunks of a reply tell the same bytes.");
        }

        Insert(at, start, end);
        TotalBytes += end - start;
    }

    private void Insert(int at, long start, long end)
    {
        var joinsLeft = at > 0 && _ranges[at - 1].End == start;
        var joinsRight = at < _ranges.Count && _ranges[at].Start == end;
        switch (joinsLeft, joinsRight)
        {
            case (true, true):
                _ranges[at - 1] = (_ranges[at - 1].Start, _ranges[at].End);
                _ranges.RemoveAt(at);
                break;
            case (true, false):
                _ranges[at - 1] = (_ranges[at - 1].Start, end);
                break;
            case (false, true):
                _ranges[at] = (start, _ranges[at].End);
                break;
            default:
                Refuse(_ranges.Count == MaximumRanges);
                _ranges.Insert(at, (start, end));
                break;
        }
    }

    private static void Refuse(bool tooMany)
    {
        if (tooMany)
        {
            throw new NbdProtocolException($"A reply leaves more than {MaximumRanges} gaps.");
        }
    }
}
