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
    /// Whether the target reads as zeros everywhere already (a new volume): zeros are not written then.
    /// </summary>
    public bool TargetIsZero { get; init; }

    /// <summary>
    /// What a failure after the first write says of the target; null for the plain truth, that it is incomplete.
    /// For callers that remove the target then.
    /// </summary>
    public string? IncompleteTargetNote { get; init; }

    /// <summary>How the machine is used.</summary>
    public TuningOptions Tuning { get; init; } = new();

    /// <summary>Limits writing; null for no limit. May be changed while the restore runs.</summary>
    public RateLimiter? RateLimiter { get; init; }
}
