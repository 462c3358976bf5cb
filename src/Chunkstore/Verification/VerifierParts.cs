using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>What a repository gives to a verification.</summary>
internal sealed record VerifierParts
{
    public required IRepositoryBackend Backend { get; init; }

    public required IndexCatalog Catalog { get; init; }

    public required Guid RepositoryId { get; init; }

    public required RepositoryKeys Keys { get; init; }

    public required ManifestCatalog Manifests { get; init; }

    /// <summary>Opens the tree of a backup.</summary>
    public required Func<Manifest, ManifestTreeReader> OpenTree { get; init; }

    public required SessionRegistry Sessions { get; init; }

    public required SortableId Ids { get; init; }

    public required TimeProvider Time { get; init; }
}
