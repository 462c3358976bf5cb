using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.DataPlane.Restore;

/// <summary>What a restore did. Its JSON (snake_case) is an interface; fields are only ever added.</summary>
public sealed record RestoreResult
{
    /// <summary>The backup that was restored.</summary>
    public required string BackupId { get; init; }

    /// <summary>Size of the volume that was restored, in bytes: the sum of what was written, was zero, was the same,
    /// and is harmed.</summary>
    public required long VolumeBytes { get; init; }

    /// <summary>
    /// Whether the target holds the whole volume; false only where a damaged backup was restored as far as it goes.
    /// </summary>
    public bool Complete { get; init; } = true;

    /// <summary>Bytes read from the target to compare them; 0 where nothing was compared.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes that the target was found to hold already, zeros among them; they were not written.</summary>
    public long BytesSame { get; init; }

    /// <summary>Bytes that could not be restored.</summary>
    public long HarmedBytes { get; init; }

    /// <summary>
    /// Where those are, in the order of the volume; the target holds there what it held before. Where there are more
    /// than 10,000, a warning says that the list is not whole.
    /// </summary>
    public IReadOnlyList<HarmedRange> Harmed { get; init; } = [];

    /// <summary>Bytes of chunks that were read, checked and written.</summary>
    public required long BytesWritten { get; init; }

    /// <summary>Bytes of zeros: made so on the target, or found so on a target known to be zero.</summary>
    public required long ZeroBytes { get; init; }

    /// <summary>Time from start until everything was durable.</summary>
    public required double Seconds { get; init; }

    /// <summary>CPU time of the process; while several jobs ran at once, this job's equal share of it.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Whether the device was written past the page cache.</summary>
    public required bool DirectIo { get; init; }

    /// <summary>What carried out the writes: <c>threads</c> or <c>io_uring</c>.</summary>
    public required string IoEngine { get; init; }

    /// <summary>Most bytes that the workers' buffers may hold.</summary>
    public required long BufferBytes { get; init; }

    /// <summary>Where the time of planner and workers went.</summary>
    public required StageReport Stages { get; init; }

    /// <summary>Fallbacks taken, in words; empty when there were none.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
