using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Open addressing over index entries: 32 bytes for each place, at most two thirds of them used. Prefixes are uniform,
/// so their own bits are the hash. Not safe for threads.
/// </summary>
internal sealed class NewChunkTable
{
    /// <summary>Stands for a chunk whose record is not placed yet.</summary>
    private const uint Pending = uint.MaxValue;

    private const int InitialPlaces = 64;

    private IndexEntry[] _places = new IndexEntry[InitialPlaces];

    /// <summary>Chunks in the table.</summary>
    public int Count { get; private set; }

    /// <summary>What a table of so many chunks takes, in bytes.</summary>
    public static long BytesFor(long chunks)
    {
        var places = (long)InitialPlaces;
        while (chunks * 3 > places * 2)
        {
            places *= 2;
        }

        return places * Unsafe.SizeOf<IndexEntry>();
    }

    /// <summary>Adds a chunk whose place is not known yet; false where it is in the table already.</summary>
    public bool TryClaim(UInt128 prefix)
    {
        var place = PlaceOf(prefix);
        if (IsUsed(_places[place]))
        {
            return false;
        }

        _places[place] = new IndexEntry(prefix, Pending, 0, 0, 0);
        Count++;
        if (Count * 3L > _places.Length * 2L)
        {
            Grow();
        }

        return true;
    }

    /// <summary>Says where a claimed chunk was put.</summary>
    public void Complete(in IndexEntry entry) => _places[PlaceOf(entry.Prefix)] = entry;

    public bool Contains(UInt128 prefix) => IsUsed(_places[PlaceOf(prefix)]);

    /// <summary>Forgets everything, and keeps the memory for what comes next.</summary>
    public void Clear()
    {
        Array.Clear(_places);
        Count = 0;
    }

    /// <summary>Copies the entries, in no order.</summary>
    /// <exception cref="InvalidOperationException">A claimed chunk has no place.</exception>
    public int CopyTo(Span<IndexEntry> destination)
    {
        var copied = 0;
        foreach (ref readonly var place in _places.AsSpan())
        {
            if (IsUsed(place))
            {
                destination[copied++] = place.Pack != Pending
                    ? place
                    : throw new InvalidOperationException("A chunk was claimed and never stored.");
            }
        }

        return copied;
    }

    /// <summary>
    /// An empty place is all zeros, which no entry is: a record has at least the pack header before it.
    /// </summary>
    private static bool IsUsed(in IndexEntry place) => place.Offset != 0 || place.Pack == Pending;

    private int PlaceOf(UInt128 prefix)
    {
        var mask = _places.Length - 1;
        var place = (int)((uint)(ulong)prefix & (uint)mask);
        while (IsUsed(_places[place]) && _places[place].Prefix != prefix)
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    private void Grow()
    {
        var old = _places;
        _places = new IndexEntry[old.Length * 2];
        foreach (ref readonly var entry in old.AsSpan())
        {
            if (IsUsed(entry))
            {
                _places[PlaceOf(entry.Prefix)] = entry;
            }
        }
    }
}
