using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>
/// What a run works on: two runs may share their finished leaves only where all of this is the same. Leaves of two
/// points in time in one backup would be corruption that no checksum finds.
/// </summary>
internal sealed record CheckpointWork
{
    public required BackupId BackupId { get; init; }

    public required string VolumeId { get; init; }

    public required TreeShape Shape { get; init; }

    public required BackupId? ParentId { get; init; }

    /// <summary>Root of the parent's tree; zero without a parent.</summary>
    public required ChunkId ParentRootId { get; init; }

    /// <summary>Identity of the point in time, as the volume driver names it; may be empty.</summary>
    public required string BaseToken { get; init; }

    /// <summary>Identity of the object that is read, as the caller names it; may be empty.</summary>
    public required string SourceIdentity { get; init; }

    /// <summary>Which part of the volume is read.</summary>
    public required ReadScope Scope { get; init; }

    /// <summary>Whether anything proves that the same work reads the same point in time.</summary>
    public bool IsProven => BaseToken.Length > 0 || SourceIdentity.Length > 0;

    /// <summary>What a writer with these options works on.</summary>
    public static CheckpointWork Of(BackupWriterOptions options, int chunkSizeBytes, ReadScope scope) => new()
    {
        BackupId = options.BackupId,
        VolumeId = options.VolumeId,
        Shape = new TreeShape(options.VolumeBytes, chunkSizeBytes),
        ParentId = options.Parent?.BackupId,
        ParentRootId = options.Parent?.Root.RootId ?? ChunkId.Zero,
        BaseToken = options.BaseToken,
        SourceIdentity = options.SourceIdentity,
        Scope = scope,
    };

    /// <summary>
    /// In what the work of an <paramref name="earlier"/> run is another, in words; null where it can be gone on with. A
    /// run that read everything read more than any other, so its leaves are good for every scope.
    /// </summary>
    public string? FindDifference(CheckpointWork earlier) => this switch
    {
        _ when earlier.VolumeId != VolumeId => $"it was of volume {earlier.VolumeId}",
        _ when earlier.Shape.VolumeBytes != Shape.VolumeBytes =>
            $"the volume had {earlier.Shape.VolumeBytes} bytes then, and has {Shape.VolumeBytes} now",
        _ when earlier.Shape != Shape => "its chunk size was another",
        _ when earlier.ParentId != ParentId || earlier.ParentRootId != ParentRootId => "its parent was another",
        _ when earlier.BaseToken != BaseToken => "its base token was another: it read another point in time",
        _ when earlier.SourceIdentity != SourceIdentity =>
            $"it read '{earlier.SourceIdentity}', and this one reads '{SourceIdentity}'",
        _ when !earlier.Scope.IsEverything && earlier.Scope != Scope => "its changed blocks were others",
        _ => null,
    };
}
