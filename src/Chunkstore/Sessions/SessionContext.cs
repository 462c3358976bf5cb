using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Verification;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What the parts of a session share.</summary>
internal sealed record SessionContext
{
    public required IRepositoryBackend Backend { get; init; }

    public required IndexCatalog Catalog { get; init; }

    public required SessionRegistry Sessions { get; init; }

    public required Guid RepositoryId { get; init; }

    public required int ChunkSizeBytes { get; init; }

    /// <summary>What everything is encrypted under; null where the repository is not encrypted.</summary>
    public required DataKeys? DataKeys { get; init; }

    /// <summary>What is known to be damaged: nobody relies on it.</summary>
    public required KnownDamage Damage { get; init; }

    /// <summary>The session; owner of its temporary files.</summary>
    public required SessionId SessionId { get; init; }

    /// <summary>The packs that the session relies on.</summary>
    public required ReliedPacks Relied { get; init; }

    /// <summary>Names for packs and segments.</summary>
    public required SortableId Ids { get; init; }
}
