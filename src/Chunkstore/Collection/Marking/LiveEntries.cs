using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>
/// Which entries of the index stand for what some root needs: of the places of a chunk, one. Two bits for each entry.
/// </summary>
/// <remarks>
/// "Live" and "walked" are two things: the node that a patch stands on is live, but what it has below itself is not
/// walked for the patch's sake.
/// </remarks>
internal sealed class LiveEntries
{
    private readonly MarkerParts _parts;
    private readonly EntryBits _live;
    private readonly EntryBits _walked;

    public LiveEntries(MarkerParts parts)
    {
        _parts = parts;
        _live = new EntryBits(parts.View);
        _walked = new EntryBits(parts.View);
        Liveness = new PackLiveness(parts.View, parts.Packs);
    }

    /// <summary>What is live, pack by pack.</summary>
    public PackLiveness Liveness { get; }

    /// <summary>Marks one place of a chunk or node.</summary>
    /// <returns>False where there is no place for it in any pack that is there.</returns>
    public bool TryMark(ChunkId id, out EntryPlace place)
    {
        if (!TryChoose(id.Prefix, out place, out var location))
        {
            return false;
        }

        if (_live.TrySet(place))
        {
            Liveness.AddLive(location);
        }

        return true;
    }

    /// <summary>Whether all that is below a node has been marked.</summary>
    public bool IsWalked(EntryPlace node) => _walked[node];

    public void SetWalked(EntryPlace node) => _walked.TrySet(node);

    /// <summary>The live records of some packs, in no order.</summary>
    public IEnumerable<LiveRecord> In(IReadOnlySet<PackId> packs)
    {
        foreach (var (number, segment) in _parts.View.Segments.Index())
        {
            var lines = Enumerable.Range(0, segment.PackCount)
                .Where(line => packs.Contains(segment.PackAt(line).PackId)).Select(line => (uint)line).ToHashSet();
            for (var position = 0L; lines.Count > 0 && position < segment.EntryCount; position++)
            {
                if (_live[new EntryPlace(number, position)] && segment.EntryAt(position) is var entry
                    && lines.Contains(entry.Pack))
                {
                    var pack = segment.PackAt((int)entry.Pack).PackId;
                    yield return new LiveRecord(
                        entry.Prefix,
                        new ChunkLocation(pack, entry.Offset, (int)entry.StoredLength, entry.PlainLength));
                }
            }
        }
    }

    /// <summary>
    /// The best place: a good one that stays before a good one that is to go before a damaged one; of equal ones the
    /// first, so that every mark of the same index chooses the same.
    /// </summary>
    private bool TryChoose(UInt128 prefix, out EntryPlace chosen, out ChunkLocation location)
    {
        var best = int.MaxValue;
        chosen = default;
        location = default;
        var cursor = default(IndexCursor);
        while (best > 0 && _parts.View.TryFindNext(prefix, ref cursor, out var found))
        {
            if (RankOf(found) is { } rank && rank < best)
            {
                best = rank;
                chosen = new EntryPlace(cursor.Segment, cursor.Position - 1);
                location = found;
            }
        }

        return best < int.MaxValue;
    }

    private int? RankOf(in ChunkLocation location)
    {
        if (!_parts.Packs.TryGetValue(location.Pack, out var length) || location.End > length)
        {
            return null;
        }

        return _parts.Damage.Excludes(location) ? 2 : _parts.Condemned.Contains(location.Pack) ? 1 : 0;
    }
}
