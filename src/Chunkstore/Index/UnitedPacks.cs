using System.Collections;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// The pack tables of several segments as one, each pack once, sorted by id. Takes 28 bytes of memory for each line.
/// </summary>
internal sealed class UnitedPacks : IReadOnlyList<IndexPack>
{
    /// <summary>The line of a pack that is left out.</summary>
    public const uint LeftOut = uint.MaxValue;

    private readonly IReadOnlyList<IndexSegment> _segments;
    private readonly List<(UInt128 Pack, int Segment, int Line)> _lines = [];
    private readonly uint[][] _numbers;

    /// <exception cref="CorruptDataException">Two segments say different things of one pack.</exception>
    public UnitedPacks(IReadOnlyList<IndexSegment> segments, IReadOnlySet<PackId> leftOut)
    {
        _segments = segments;
        _numbers = [.. segments.Select(segment => new uint[segment.PackCount])];
        var all = new List<(UInt128 Pack, int Segment, int Line)>(segments.Sum(segment => segment.PackCount));
        for (var segment = 0; segment < segments.Count; segment++)
        {
            for (var line = 0; line < segments[segment].PackCount; line++)
            {
                all.Add((segments[segment].PackAt(line).PackId.Value, segment, line));
            }
        }

        all.Sort();
        foreach (var line in all)
        {
            _numbers[line.Segment][line.Line] = leftOut.Contains(new PackId(line.Pack)) ? LeftOut : Number(line);
        }
    }

    public int Count => _lines.Count;

    public IndexPack this[int index] => PackAt(_lines[index]);

    /// <summary>The line here of a line there; <see cref="LeftOut"/> where the pack is left out.</summary>
    public uint LineOf(int segment, uint line) => _numbers[segment][line];

    public IEnumerator<IndexPack> GetEnumerator() => _lines.Select(PackAt).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private uint Number((UInt128 Pack, int Segment, int Line) line)
    {
        if (_lines.Count == 0 || _lines[^1].Pack != line.Pack)
        {
            _lines.Add(line);
        }
        else if (PackAt(_lines[^1]) != PackAt(line))
        {
            throw new CorruptDataException(
                $"Index segments {_segments[_lines[^1].Segment].Id} and {_segments[line.Segment].Id} say different "
                + $"things of pack {new PackId(line.Pack)}. They were left as they are. Verify the repository.");
        }

        return (uint)(_lines.Count - 1);
    }

    private IndexPack PackAt((UInt128 Pack, int Segment, int Line) line) => _segments[line.Segment].PackAt(line.Line);
}
