using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>What a mark looks at.</summary>
internal sealed record MarkerParts
{
    /// <summary>
    /// The index: every segment that was there after the roots were listed. A segment that is missing here makes packs
    /// look dead that are not.
    /// </summary>
    public required IndexView View { get; init; }

    /// <summary>The packs whose files are there, with their lengths in bytes.</summary>
    public required IReadOnlyDictionary<PackId, long> Packs { get; init; }

    /// <summary>Packs that are to go: a place in them counts only where there is no other.</summary>
    public required IReadOnlySet<PackId> Condemned { get; init; }

    /// <summary>Places that are known to be damaged: they count last of all.</summary>
    public required IndexExclusions Damage { get; init; }

    /// <summary>Reads nodes.</summary>
    public required INodeStore Nodes { get; init; }

    public required int ChunkSizeBytes { get; init; }

    /// <summary>Told after each tree: how many are done, and how many there are.</summary>
    public Action<long, long>? OnMarked { get; init; }
}
