using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>What a repository gives to a collector.</summary>
internal sealed record CollectorParts
{
    public required IRepositoryBackend Backend { get; init; }

    public required IndexCatalog Catalog { get; init; }

    public required Guid RepositoryId { get; init; }

    public required int ChunkSizeBytes { get; init; }

    public required RepositoryKeys Keys { get; init; }

    public required ManifestCatalog Manifests { get; init; }

    public required SessionRegistry Sessions { get; init; }

    public required GenerationStore Generations { get; init; }

    public required ChunkReader Chunks { get; init; }

    public required SortableId Ids { get; init; }

    /// <summary>What waiting is measured by. Nothing that is deleted depends on it.</summary>
    public required TimeProvider Time { get; init; }
}
