using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Transfers;
using BackupEngine.DataPlane.Transfers.Depth;

namespace BackupEngine.DataPlane.Backup;

/// <summary>One backup to be made. Device and repository are open and stay their owner's.</summary>
public sealed record BackupRequest
{
    /// <summary>Where the backup goes.</summary>
    public required Repository Repository { get; init; }

    /// <summary>The device to be read.</summary>
    public required IBlockDevice Source { get; init; }

    /// <summary>The backup to be published.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>The volume that the device holds, 1 to 255 characters.</summary>
    public required string VolumeId { get; init; }

    /// <summary>The backup to build on, of the same volume; null for a full backup.</summary>
    public BackupId? ParentId { get; init; }

    /// <summary>Extents that may differ from the parent; null when unknown. Only with a parent.</summary>
    public IReadOnlyList<Extent>? ChangedBlocks { get; init; }

    /// <summary>
    /// The point in time that <see cref="ChangedBlocks"/> count from: the base token of the parent, letter by letter,
    /// or everything is read. Empty where the parent has none.
    /// </summary>
    public string ChangedBlocksBase { get; init; } = "";

    /// <summary>
    /// Why changed blocks are not known although they were asked for, in words: everything is read, and the result
    /// says so. Null where nobody asked, or they are known.
    /// </summary>
    public string? ChangedBlocksUnknown { get; init; }

    /// <summary>
    /// n: an incremental with changed blocks re-reads an nth of the volume although it is said to be unchanged, so that
    /// n incrementals have proven each chunk; 0 for nothing. At most <see cref="MaximumVerifyChanged"/>.
    /// </summary>
    public int VerifyChanged { get; init; } = DefaultVerifyChanged;

    /// <summary>Default of <see cref="VerifyChanged"/>.</summary>
    public const int DefaultVerifyChanged = 30;

    /// <summary>Bound of <see cref="VerifyChanged"/>.</summary>
    public const int MaximumVerifyChanged = 100_000;

    /// <summary>
    /// Identity of the point in time that is read, as the volume driver names it; empty when it names none.
    /// </summary>
    public string BaseToken { get; init; } = "";

    /// <summary>
    /// Identity of the object that is read: the same text promises the same bytes, so that an interrupted run can be
    /// gone on with. Empty when there is none.
    /// </summary>
    public string SourceIdentity { get; init; } = "";

    /// <summary>Whether to go on from an interrupted run with the same id.</summary>
    public ResumeMode Resume { get; init; } = ResumeMode.WhenProven;

    /// <summary>How the machine is used.</summary>
    public TuningOptions Tuning { get; init; } = new();

    /// <summary>Limits reading; null for no limit. May be changed while the backup runs.</summary>
    public RateLimiter? RateLimiter { get; init; }

    /// <summary>How deep the device is read; null, the default, for what it turns out to be.</summary>
    internal DepthChoice? Depth { get; init; }

    /// <summary>Called before the backup is published; what it throws ends it unpublished.</summary>
    public Action? BeforeCommit { get; init; }

    /// <summary>What is shared with other jobs; nothing for a job that runs alone.</summary>
    public SharedResources Shared { get; init; } = new();

    /// <summary>How many of the chunks said to be unchanged are read and compared.</summary>
    public SpotCheckOptions SpotCheck { get; init; } = new();
}
