using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Verification;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What a repository gives to sessions that store something.</summary>
internal sealed record SessionParts
{
    public required IRepositoryBackend Backend { get; init; }

    public required IndexCatalog Catalog { get; init; }

    public required Guid RepositoryId { get; init; }

    public required int ChunkSizeBytes { get; init; }

    public required RepositoryKeys Keys { get; init; }

    public required ManifestCatalog Manifests { get; init; }

    public required SessionRegistry Sessions { get; init; }

    public required GenerationStore Generations { get; init; }

    public required Checkpoints.CheckpointCatalog Checkpoints { get; init; }

    public required ChunkReader Chunks { get; init; }

    public required SortableId Ids { get; init; }

    /// <summary>Space for what has to be written on a full disk before anything can be deleted.</summary>
    public required SpaceReserve Reserve { get; init; }

    /// <summary>What waiting is measured by. Nothing that is deleted depends on it.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>What the parts of one session share.</summary>
    public SessionContext Context(SessionId session, ReliedPacks relied, KnownDamage damage) => new()
    {
        Backend = Backend,
        Catalog = Catalog,
        Sessions = Sessions,
        RepositoryId = RepositoryId,
        ChunkSizeBytes = ChunkSizeBytes,
        DataKeys = Keys.Data,
        Damage = damage,
        SessionId = session,
        Relied = relied,
        Ids = Ids,
    };
}
