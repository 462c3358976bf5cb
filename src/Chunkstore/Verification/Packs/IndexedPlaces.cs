using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>What the segments of a view say of packs. Safe to use from many threads.</summary>
internal sealed class IndexedPlaces
{
    private readonly IndexView _view;
    private readonly Dictionary<PackId, List<(IndexSegment Segment, int Line)>> _packs = [];

    public IndexedPlaces(IndexView view)
    {
        _view = view;
        foreach (var segment in view.Segments)
        {
            for (var line = 0; line < segment.PackCount; line++)
            {
                if (TryPackAt(segment, line) is { } pack)
                {
                    var lines = _packs.TryGetValue(pack.PackId, out var known) ? known : _packs[pack.PackId] = [];
                    lines.Add((segment, line));
                }
            }
        }
    }

    /// <summary>All packs that a segment names.</summary>
    public IReadOnlyCollection<PackId> Packs => _packs.Keys;

    /// <summary>Whether a segment names the pack.</summary>
    public bool Names(PackId pack) => _packs.ContainsKey(pack);

    /// <summary>Whether some entry states a record exactly as its pack's directory does.</summary>
    public bool Has(PackId pack, in PackEntry entry)
    {
        var cursor = default(IndexCursor);
        try
        {
            while (_view.TryFindNext(entry.Id.Prefix, ref cursor, out var location))
            {
                if (location.Pack == pack && location.Offset == entry.Offset
                    && location.StoredLength == entry.StoredLength && location.PlainLength == entry.PlainLength)
                {
                    return true;
                }
            }
        }
        catch (CorruptDataException)
        {
            // An entry that points nowhere; the check of its segment says more.
        }

        return false;
    }

    /// <summary>The records of a pack; reads every entry of the segments that name it.</summary>
    public IEnumerable<IndexedRecord> Of(PackId pack)
    {
        var seen = new HashSet<(UInt128, uint)>();
        foreach (var (segment, line) in _packs.TryGetValue(pack, out var lines) ? lines : [])
        {
            for (var position = 0L; position < segment.EntryCount; position++)
            {
                var entry = segment.EntryAt(position);
                if (entry.Pack == line
                    && entry.StoredLength <= RecordHeader.MaximumStoredBytes
                    && seen.Add((entry.Prefix, entry.Offset)))
                {
                    yield return new IndexedRecord(
                        entry.Prefix, entry.Offset, (int)entry.StoredLength, entry.PlainLength);
                }
            }
        }
    }

    /// <summary>What the pack tables say of a pack's length; empty where it is that.</summary>
    public string CompareLength(PackId pack, long length)
    {
        foreach (var (segment, line) in _packs.TryGetValue(pack, out var lines) ? lines : [])
        {
            var stated = segment.PackAt(line).LengthBytes;
            if (stated != length)
            {
                return $"it has {length} bytes; index segment {segment.Id} says {stated}";
            }
        }

        return "";
    }

    /// <summary>What the pack tables say, against a pack's own ends; empty where they agree.</summary>
    public string Compare(PackId pack, PackDirectory directory)
    {
        foreach (var (segment, line) in _packs.TryGetValue(pack, out var lines) ? lines : [])
        {
            var stated = segment.PackAt(line);
            if ((directory.Trailer is { } trailer
                    && (trailer.Digest != stated.Digest || trailer.RecordCount != stated.RecordCount))
                || (directory.Header is { } header && header.Type != stated.Type))
            {
                return $"its digest, records or type are not those that index segment {segment.Id} states";
            }
        }

        return "";
    }

    private static IndexPack? TryPackAt(IndexSegment segment, int line)
    {
        try
        {
            return segment.PackAt(line);
        }
        catch (CorruptDataException)
        {
            // Found by the check of the segment itself.
            return null;
        }
    }
}
