namespace BackupEngine.Chunkstore.Repositories;

/// <summary>Counts and sizes of a repository.</summary>
public sealed record RepositoryStatistics
{
    /// <summary>Published backups.</summary>
    public required long Backups { get; init; }

    /// <summary>Sum of the sizes of the volumes of all backups, in bytes.</summary>
    public required long VolumeBytes { get; init; }

    /// <summary>Chunks in the index, nodes included.</summary>
    public required long Chunks { get; init; }

    /// <summary>Data packs, as a number.</summary>
    public required long DataPacks { get; init; }

    /// <summary>Metadata packs, as a number.</summary>
    public required long MetadataPacks { get; init; }

    /// <summary>Bytes of data packs.</summary>
    public required long DataPackBytes { get; init; }

    /// <summary>Bytes of metadata packs.</summary>
    public required long MetadataPackBytes { get; init; }

    /// <summary>Bytes of index segments.</summary>
    public required long IndexBytes { get; init; }

    /// <summary>Index segments, as a number.</summary>
    public required long IndexSegments { get; init; }

    /// <summary>Sessions that are registered now.</summary>
    public required long Sessions { get; init; }
}
