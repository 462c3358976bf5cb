namespace BackupEngine.Chunkstore.Manifests;

/// <summary>
/// What one backup consists of, apart from the nodes of its tree: the file whose publication is the commit.
/// </summary>
public sealed record Manifest
{
    /// <summary>The backup.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>The volume that was read, 1 to 255 characters.</summary>
    public required string VolumeId { get; init; }

    /// <summary>
    /// The backup that an incremental was based on; null for a full one. It may have been deleted since.
    /// </summary>
    public BackupId? ParentId { get; init; }

    /// <summary>When the backup began, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The tree of chunk ids, with the volume's size and the chunk size.</summary>
    public required TreeRoot Root { get; init; }

    /// <summary>
    /// Identity of the point in time that was read, as the volume driver names it; empty when it names none.
    /// </summary>
    public string BaseToken { get; init; } = "";

    /// <summary>
    /// Where in the volume the next incremental goes on to re-read what is said to be unchanged, in bytes.
    /// </summary>
    public long RereadPositionBytes { get; init; }

    /// <summary>What the backup cost.</summary>
    public required BackupStatistics Statistics { get; init; }
}
