using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;
using BackupEngine.DataPlane.Transfers.Depth;

namespace BackupEngine.DataPlane.Backup;

/// <summary>What all lanes of a backup share.</summary>
internal sealed record LaneContext
{
    /// <summary>Reads the device.</summary>
    public required IIoEngine Engine { get; init; }

    /// <summary>Reads of a lane in flight at once.</summary>
    public required ITransferDepth Depth { get; init; }

    /// <summary>Held by the lane that reads, where only one may; null where all may at once.</summary>
    public required SemaphoreSlim? OneStream { get; init; }

    /// <summary>What is read.</summary>
    public required BackupPlan Plan { get; init; }

    /// <summary>Where lanes take their work from.</summary>
    public required LeafQueue Leaves { get; init; }

    /// <summary>Where chunks and leaves go.</summary>
    public required BackupWriter Writer { get; init; }

    /// <summary>Names chunks.</summary>
    public required ChunkHasher Hasher { get; init; }

    /// <summary>How the parent's volume was cut; null for a full backup.</summary>
    public required TreeShape? ParentShape { get; init; }

    /// <summary>Buffers of <see cref="LaneBuffers.BufferBytes"/> each.</summary>
    public required AlignedBufferPool Pool { get; init; }

    /// <summary>Sizes and bounds of the lanes' buffers.</summary>
    public required LaneBuffers Buffers { get; init; }

    /// <summary>Limits reading.</summary>
    public required RateLimiter? RateLimiter { get; init; }

    /// <summary>Where the lanes' time is counted.</summary>
    public required StageTotals Stages { get; init; }

    /// <summary>What the job has of the worker slots; null where nobody shares the cores.</summary>
    public SlotShare? Slots { get; init; }

    /// <summary>Told what is done.</summary>
    public required ProgressCounter Progress { get; init; }
}
