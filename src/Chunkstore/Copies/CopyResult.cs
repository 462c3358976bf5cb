namespace BackupEngine.Chunkstore.Copies;

/// <summary>What the copy of one backup did.</summary>
public sealed record CopyResult
{
    /// <summary>The backup.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>Whether the destination had it already; then nothing was sent.</summary>
    public bool WasThere { get; init; }

    /// <summary>
    /// Whether one that was there is known to have the same content. Not so where the two repositories name chunks
    /// with different keys: then time, volume, size and parent were compared.
    /// </summary>
    public bool ContentCompared { get; init; }

    /// <summary>The backup of the destination that was built upon; null where there was none.</summary>
    public BackupId? BaseId { get; init; }

    /// <summary>Chunks whose ids were compared: those of the leaves that differ from the base.</summary>
    public long ChunksExamined { get; init; }

    /// <summary>Chunks read from the source, each checked against its id.</summary>
    public long ChunksRead { get; init; }

    /// <summary>Their plain bytes.</summary>
    public long BytesRead { get; init; }

    /// <summary>Chunks that the destination did not hold.</summary>
    public long ChunksSent { get; init; }

    /// <summary>Their plain bytes.</summary>
    public long BytesSent { get; init; }

    /// <summary>What they occupy in the destination.</summary>
    public long BytesStored { get; init; }

    /// <summary>Metadata written in the destination, in bytes.</summary>
    public long MetadataBytes { get; init; }
}
