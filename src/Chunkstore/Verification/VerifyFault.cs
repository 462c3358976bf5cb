namespace BackupEngine.Chunkstore.Verification;

/// <summary>One thing that is not as it should be.</summary>
public sealed record VerifyFault
{
    /// <summary>What it is about.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>Where in the file, in bytes; null where the file as a whole is meant.</summary>
    public long? OffsetBytes { get; init; }

    /// <summary>The chunk or node, as far as it is known.</summary>
    public string? Chunk { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }
}
