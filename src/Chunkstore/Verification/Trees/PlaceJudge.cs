using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Verification.Packs;

namespace BackupEngine.Chunkstore.Verification.Trees;

/// <summary>
/// Whether a chunk can be read back, as far as is known without reading it. Safe to use from many threads.
/// </summary>
/// <param name="view">The index.</param>
/// <param name="packs">The packs that are there, with their lengths in bytes.</param>
/// <param name="damage">Places that are known to be damaged.</param>
/// <param name="acceptsAvoided">Whether a good record of a pack that is avoided as a whole will do.</param>
internal sealed class PlaceJudge(
    IndexView view, IReadOnlyDictionary<PackId, long> packs, KnownDamage damage, bool acceptsAvoided = true)
{
    /// <summary>The pack of a place where the chunk is, or null where it is lost.</summary>
    /// <param name="id">The chunk.</param>
    /// <param name="plainLength">Length that it must have in bytes; 0 where that is not known.</param>
    public PackId? FindPack(ChunkId id, int plainLength)
    {
        var cursor = default(IndexCursor);
        PackId? avoided = null;
        try
        {
            while (view.TryFindNext(id.Prefix, ref cursor, out var location))
            {
                if (!IsGood(location, plainLength))
                {
                    continue;
                }

                if (!damage.Avoids(location.Pack))
                {
                    return location.Pack;
                }

                avoided = location.Pack;
            }
        }
        catch (CorruptDataException)
        {
            // An entry that points nowhere; the walk cannot go behind it.
        }

        return acceptsAvoided ? avoided : null;
    }

    private bool IsGood(in ChunkLocation location, int plainLength) =>
        packs.TryGetValue(location.Pack, out var length)
        && location.End <= length
        && (plainLength == 0 || location.PlainLength == plainLength)
        && !damage.Has(new RecordPlace(location.Pack, location.Offset));
}
