namespace BackupEngine.Chunkstore.Manifests;

/// <summary>What a backup read and stored, in bytes unless said otherwise.</summary>
public sealed record BackupStatistics
{
    /// <summary>Read from the source device.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Of what was read: zeros.</summary>
    public required long ZeroBytes { get; init; }

    /// <summary>Inherited from the parent, read or not.</summary>
    public required long BytesUnchanged { get; init; }

    /// <summary>Chunks that the repository did not hold before, as a number.</summary>
    public required long ChunksNew { get; init; }

    /// <summary>Plain bytes of those chunks.</summary>
    public required long BytesNew { get; init; }

    /// <summary>What those chunks occupy in data packs, record headers included.</summary>
    public required long BytesStored { get; init; }

    /// <summary>Metadata written: nodes, pack headers and directories, index segment, manifest.</summary>
    public required long MetadataBytes { get; init; }
}
