using BackupEngine.Chunkstore.Copies;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of one backup in the result of `copy`.</summary>
internal sealed record CopiedBackup(CopyResult Result)
{
    /// <summary>The backup.</summary>
    public string BackupId => Result.BackupId.Value;

    /// <summary>Whether the destination had it; nothing was sent then.</summary>
    public bool WasThere => Result.WasThere;

    /// <summary>Whether one that was there is known to have the same content, not only the same description.</summary>
    public bool ContentCompared => Result.ContentCompared;

    /// <summary>The backup in the destination that it was compared with; null for none.</summary>
    public string? BaseId => Result.BaseId?.Value;

    /// <summary>Chunks whose ids were compared.</summary>
    public long ChunksExamined => Result.ChunksExamined;

    /// <summary>Chunks read from the source.</summary>
    public long ChunksRead => Result.ChunksRead;

    /// <summary>Their plain bytes.</summary>
    public long BytesRead => Result.BytesRead;

    /// <summary>Chunks that the destination lacked.</summary>
    public long ChunksSent => Result.ChunksSent;

    /// <summary>Their plain bytes.</summary>
    public long BytesSent => Result.BytesSent;

    /// <summary>What they occupy in the destination.</summary>
    public long BytesStored => Result.BytesStored;

    /// <summary>Metadata written in the destination.</summary>
    public long MetadataBytes => Result.MetadataBytes;

    /// <summary>Not in the JSON as an object of its own.</summary>
    private CopyResult Result { get; } = Result;
}
