using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>One bit for every entry of a view.</summary>
internal sealed class EntryBits
{
    private readonly ulong[][] _segments;

    public EntryBits(IndexView view) =>
        _segments = [.. view.Segments.Select(segment => new ulong[(segment.EntryCount + 63) / 64])];

    public bool this[EntryPlace place] => (_segments[place.Segment][place.Position >> 6] & MaskOf(place)) != 0;

    /// <summary>Sets the bit; false where it was set before.</summary>
    public bool TrySet(EntryPlace place)
    {
        ref var word = ref _segments[place.Segment][place.Position >> 6];
        var before = word;
        word |= MaskOf(place);
        return word != before;
    }

    private static ulong MaskOf(EntryPlace place) => 1ul << (int)(place.Position & 63);
}
