using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>One backup to be written to a device. Device and repository are open and stay their owner's.</summary>
public sealed record RestoreRequest
{
    /// <summary>Where the backup is.</summary>
    public required Repository Repository { get; init; }

    /// <summary>The backup.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>
    /// The device to be written, open for reading and writing, at least as large as the backup's volume.
    /// </summary>
    public required IBlockDevice Target { get; init; }

    /// <summary>
    /// Whether the target reads as zeros everywhere already (a new volume): zeros are not written then. A sample is
    /// read before anything is written; where that shows another byte the claim is not believed.
    /// </summary>
    public bool TargetIsZero { get; init; }

    /// <summary>
    /// Whether the target is read and compared with the backup first, and only what differs is written. What the target
    /// holds is hashed and compared with chunk ids, so the outcome is as certain as if all were written.
    /// </summary>
    public bool OnlyDifferences { get; init; }

    /// <summary>
    /// Whether a damaged chunk is only noted, and the rest of the volume restored all the same. The result says what is
    /// missing then, and is not complete.
    /// </summary>
    public bool KeepGoing { get; init; }

    /// <summary>
    /// A small file that lets an interrupted restore go on without writing everything again; null for none. See
    /// <see cref="Restore.ResumeFile"/>.
    /// </summary>
    public string? ResumeFile { get; init; }

    /// <summary>
    /// What the resume file calls the target, where the same one may have another path next time; null for its path.
    /// </summary>
    public string? ResumeTarget { get; init; }

    /// <summary>
    /// What a failure after the first write says of the target; null for the plain truth, that it is incomplete.
    /// For callers that remove the target then.
    /// </summary>
    public string? IncompleteTargetNote { get; init; }

    /// <summary>How the machine is used.</summary>
    public TuningOptions Tuning { get; init; } = new();

    /// <summary>Limits writing; null for no limit. May be changed while the restore runs.</summary>
    public RateLimiter? RateLimiter { get; init; }

    /// <summary>
    /// Called before each write to the target, from many threads; what it throws ends the restore before that write.
    /// </summary>
    public Action? BeforeWrite { get; init; }

    /// <summary>What is shared with other jobs; nothing for a job that runs alone.</summary>
    public SharedResources Shared { get; init; } = new();
}
