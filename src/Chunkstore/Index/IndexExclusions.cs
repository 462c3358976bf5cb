using System.Collections.Frozen;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// What a writer must not rely on, though the index names it: packs that are to go or are damaged, and single damaged
/// records. Immutable; readers may still read all of it.
/// </summary>
internal sealed class IndexExclusions
{
    private readonly FrozenSet<PackId> _packs;
    private readonly FrozenSet<RecordPlace> _places;

    public IndexExclusions(IEnumerable<PackId> packs, IEnumerable<RecordPlace> places)
    {
        _packs = packs.ToFrozenSet();
        _places = places.ToFrozenSet();
    }

    /// <summary>Nothing is excluded.</summary>
    public static IndexExclusions None { get; } = new([], []);

    /// <summary>Whether nothing is excluded.</summary>
    public bool IsEmpty => _packs.Count + _places.Count == 0;

    /// <summary>The packs that are excluded as a whole.</summary>
    public IReadOnlyCollection<PackId> Packs => _packs;

    /// <summary>The records that are excluded.</summary>
    public IReadOnlyCollection<RecordPlace> Places => _places;

    /// <summary>Whether a pack is excluded as a whole.</summary>
    public bool Excludes(PackId pack) => _packs.Contains(pack);

    /// <summary>Whether a place is excluded.</summary>
    public bool Excludes(in ChunkLocation location) =>
        _packs.Contains(location.Pack) || _places.Contains(new RecordPlace(location.Pack, location.Offset));

    /// <summary>These and more packs.</summary>
    public IndexExclusions With(IEnumerable<PackId> packs) => new(_packs.Concat(packs), _places);
}
