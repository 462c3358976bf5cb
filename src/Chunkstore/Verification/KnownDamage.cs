using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Verification.Packs;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>
/// Places that nobody may rely on. Not changed any more once it is shared; then safe to use from many threads.
/// </summary>
internal sealed class KnownDamage
{
    private readonly Dictionary<RecordPlace, BadRecord> _records = [];
    private readonly Dictionary<PackId, BadPack> _packs = [];

    /// <summary>Damaged records.</summary>
    public IReadOnlyCollection<BadRecord> Records => _records.Values;

    /// <summary>Packs that are avoided as a whole.</summary>
    public IReadOnlyCollection<BadPack> Packs => _packs.Values;

    /// <summary>Whether nothing is known to be damaged.</summary>
    public bool IsEmpty => _records.Count + _packs.Count == 0;

    /// <summary>Whether the record of a place cannot be read.</summary>
    public bool Has(in RecordPlace place) =>
        _records.ContainsKey(place) || (_packs.TryGetValue(place.Pack, out var pack) && pack.IsLost);

    /// <summary>Whether nothing new may rely on a pack, though its records may be good.</summary>
    public bool Avoids(PackId pack) => _packs.ContainsKey(pack);

    /// <summary>All of it, as what a writer must not rely on.</summary>
    public IndexExclusions ToExclusions() => new(_packs.Keys, _records.Keys);

    public void Add(BadRecord record) => _records[record.Place] = record;

    public void Add(BadPack pack) => _packs[pack.Pack] = pack;

    /// <summary>Forgets what was known of a pack.</summary>
    public void Forget(PackId pack)
    {
        _packs.Remove(pack);
        foreach (var place in _records.Keys.Where(place => place.Pack == pack).ToList())
        {
            _records.Remove(place);
        }
    }

    /// <summary>Forgets that a pack is avoided as a whole.</summary>
    public void ForgetPack(PackId pack) => _packs.Remove(pack);

    /// <summary>A copy that can be changed.</summary>
    public KnownDamage Copy()
    {
        var copy = new KnownDamage();
        foreach (var record in Records)
        {
            copy.Add(record);
        }

        foreach (var pack in Packs)
        {
            copy.Add(pack);
        }

        return copy;
    }
}
