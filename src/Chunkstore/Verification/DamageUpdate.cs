using BackupEngine.Chunkstore.Verification.Packs;
using BackupEngine.Chunkstore.Verification.Trees;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>What was known to be damaged, brought up to date with what was found.</summary>
internal sealed class DamageUpdate
{
    private readonly RepositorySnapshot _snapshot;
    private readonly KnownDamage _known;

    /// <summary>Begins with what was known.</summary>
    public DamageUpdate(RepositorySnapshot snapshot, KnownDamage known)
        : this(snapshot, known, known)
    {
    }

    private DamageUpdate(RepositorySnapshot snapshot, KnownDamage known, KnownDamage found)
    {
        _snapshot = snapshot;
        _known = known;
        Damage = Present(snapshot, found);
    }

    /// <summary>The damage that is known now.</summary>
    public KnownDamage Damage { get; }

    /// <summary>Whether it is another than before.</summary>
    public bool IsChanged => !Damage.Records.ToHashSet().SetEquals(_known.Records)
        || !Damage.Packs.ToHashSet().SetEquals(_known.Packs);

    /// <summary>The same, without what was collected meanwhile.</summary>
    public DamageUpdate On(RepositorySnapshot snapshot) => new(snapshot, _known, Damage);

    /// <summary>Adds what the listing of packs alone tells: missing packs, and those of another length.</summary>
    public void AddLengths()
    {
        foreach (var pack in _snapshot.Missing)
        {
            Damage.Add(new BadPack(pack, IsLost: true, "the pack is missing"));
        }

        foreach (var pack in _snapshot.Indexed)
        {
            var fault = _snapshot.Index.CompareLength(pack, _snapshot.Packs[pack]);
            if (fault.Length > 0 && !Damage.Avoids(pack))
            {
                Damage.Add(new BadPack(pack, IsLost: false, fault));
            }
        }
    }

    /// <summary>
    /// Leaves out missing packs that no backup needs: a segment may go on to name what was collected. Nobody begins to
    /// rely on a pack that is not there, so none of this has to be known.
    /// </summary>
    /// <param name="walk">All backups; null where they could not be read.</param>
    public void ForgetUnneeded(HarmWalk? walk)
    {
        if (walk is null || _snapshot.Missing.Count == 0)
        {
            return;
        }

        var lost = LostChunks.Of(walk, _snapshot.View);
        foreach (var pack in _snapshot.Missing.Where(pack => !lost.Packs.Contains(pack)))
        {
            Damage.Forget(pack);
        }
    }

    /// <summary>Adds what was found in a pack.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="isData">Whether its chunks were decoded: only then a record is proven to be good again.</param>
    public void Add(PackFindings found, bool isData)
    {
        if (isData)
        {
            Damage.Forget(found.Pack);
        }
        else
        {
            Damage.ForgetPack(found.Pack);
        }

        if (found.IsLost || found.Faults.Count > 0)
        {
            Damage.Add(new BadPack(found.Pack, found.IsLost, string.Join("; ", found.Faults)));
        }

        found.BadRecords.ForEach(Damage.Add);
    }

    /// <summary>What was known of packs that are there still, or that the index names still.</summary>
    private static KnownDamage Present(RepositorySnapshot snapshot, KnownDamage known)
    {
        var present = known.Copy();
        var packs = known.Packs.Select(pack => pack.Pack).Concat(known.Records.Select(record => record.Pack));
        foreach (var pack in packs.Distinct())
        {
            if (!snapshot.Packs.ContainsKey(pack) && !snapshot.Index.Names(pack))
            {
                present.Forget(pack);
            }
        }

        return present;
    }
}
