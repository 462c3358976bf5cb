using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Trees;

/// <summary>The chunks that backups need and that cannot be read, and where they should be.</summary>
internal sealed class LostChunks
{
    /// <summary>The first halves of their ids.</summary>
    public HashSet<UInt128> Prefixes { get; } = [];

    /// <summary>The packs that the index names for them.</summary>
    public HashSet<PackId> Packs { get; } = [];

    public static LostChunks Of(HarmWalk walk, IndexView view)
    {
        var lost = new LostChunks();
        foreach (var id in walk.Faults.Keys)
        {
            lost.Prefixes.Add(id.Prefix);
            lost.AddPacks(id, view);
        }

        return lost;
    }

    private void AddPacks(ChunkId id, IndexView view)
    {
        var cursor = default(IndexCursor);
        try
        {
            while (view.TryFindNext(id.Prefix, ref cursor, out var location))
            {
                Packs.Add(location.Pack);
            }
        }
        catch (CorruptDataException)
        {
            // An entry that points nowhere; its segment is a fault of its own.
        }
    }
}
