using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Index.Merging;

/// <summary>What a repository gives to those who merge its index.</summary>
internal sealed record IndexMergeParts
{
    public required IRepositoryBackend Backend { get; init; }

    public required IndexCatalog Catalog { get; init; }

    public required Guid RepositoryId { get; init; }

    public required SessionRegistry Sessions { get; init; }

    /// <summary>Names for segments.</summary>
    public required SortableId Ids { get; init; }

    /// <summary>Whether packs are condemned now: entries of packs that are to go must not come back.</summary>
    public required Func<bool> IsCollecting { get; init; }
}
