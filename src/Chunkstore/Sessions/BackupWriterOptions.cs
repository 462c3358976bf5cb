using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sizing;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What one backup writes, and how.</summary>
public sealed record BackupWriterOptions
{
    /// <summary>The backup to be published.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>The volume that is read, 1 to 255 characters.</summary>
    public required string VolumeId { get; init; }

    /// <summary>Size of the volume in bytes, at least 1.</summary>
    public required long VolumeBytes { get; init; }

    /// <summary>The backup to build on; null for a full one.</summary>
    public Manifest? Parent { get; init; }

    /// <summary>How new chunks are compressed.</summary>
    public CompressionAlgorithm Compression { get; init; } = CompressionAlgorithm.Lz4;

    /// <summary>Size at which a data pack is closed, in bytes.</summary>
    public int PackSizeBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// New bytes in packs after which what was stored becomes durable and visible: what an interrupted backup stores
    /// again at most.
    /// </summary>
    public long CheckpointBytes { get; init; } = 4L << 30;

    /// <summary>Time after which the same is done, where anything was finished since.</summary>
    public TimeSpan CheckpointTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>New chunks after which the same is done; bounds the memory that they take.</summary>
    public int CheckpointChunks { get; init; } = WriterMemory.UsualCheckpointChunks;

    /// <summary>Identity of the point in time that is read, as the volume driver names it; may be empty.</summary>
    public string BaseToken { get; init; } = "";

    /// <summary>
    /// The backup of another repository that this one is a copy of, with its time and its parent's id; else null.
    /// </summary>
    internal Manifest? CopyOf { get; init; }

    /// <summary>
    /// Identity of the object that is read, as the caller names it: the same text promises the same bytes. May be
    /// empty.
    /// </summary>
    public string SourceIdentity { get; init; } = "";

    /// <summary>Where the time of the session is counted; null for nowhere.</summary>
    public StageTotals? Stages { get; init; }

    /// <summary>Whether to go on from the checkpoints of an interrupted run with the same id.</summary>
    public ResumeMode Resume { get; init; } = ResumeMode.WhenProven;
}
