using BackupEngine.Chunkstore.Compression;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// How a backup or a restore uses the machine. The defaults fit; docs/tuning.md has the measured effect of each.
/// </summary>
public sealed record TuningOptions
{
    private const int MinimumIoSizeBytes = 64 * 1024;
    private const int MaximumIoSizeBytes = 16 * 1024 * 1024;
    private const int MaximumLanes = 256;
    private const int MaximumDefaultLanes = 32;
    private const int MaximumQueueDepth = 256;
    private const long MinimumCheckpointBytes = 1024 * 1024;
    private const long DefaultBufferBudgetBytes = 128L * 1024 * 1024;

    /// <summary>
    /// Lanes: readers with a hashing and compressing worker each. Default: one for each core, at most 32: beyond, their
    /// buffers cost more than the repository's disk gives back.
    /// </summary>
    public int Lanes { get; init; } = Math.Min(Environment.ProcessorCount, MaximumDefaultLanes);

    /// <summary>
    /// Size of one transfer from or to the device, in bytes: a power of two from 64 KiB to 16 MiB. Default: 1 MiB.
    /// </summary>
    public int IoSizeBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Transfers that a lane may have in flight or waiting to be worked on. 0, the default: 8, or fewer
    /// (not under 2) where all lanes together would hold more than 128 MiB.
    /// </summary>
    public int QueueDepth { get; init; }

    /// <summary>How transfers reach the device. One that is asked for by name and not to be had is an error.</summary>
    public IoEngineChoice IoEngine { get; init; } = IoEngineChoice.Auto;

    /// <summary>How new chunks are compressed.</summary>
    public CompressionAlgorithm Compression { get; init; } = CompressionAlgorithm.Lz4;

    /// <summary>
    /// New bytes in the repository after which a checkpoint is made, from which an interrupted backup goes on. Default:
    /// 4 GiB; at least 1 MiB.
    /// </summary>
    public long CheckpointBytes { get; init; } = 4L << 30;

    /// <summary>Time after which one is made, where anything was finished since the last. Default: 5 minutes.</summary>
    public TimeSpan CheckpointTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The queue depth in effect.</summary>
    public int EffectiveQueueDepth => QueueDepth > 0
        ? QueueDepth
        : (int)Math.Clamp(DefaultBufferBudgetBytes / ((long)Lanes * IoSizeBytes), 2, 8);

    /// <summary>Refuses values outside of their documented ranges.</summary>
    /// <exception cref="UsageException">One is; the message names it.</exception>
    public TuningOptions Validate()
    {
        Require(Lanes is >= 1 and <= MaximumLanes, $"lanes must be from 1 to {MaximumLanes}, not {Lanes}");
        Require(
            QueueDepth is >= 0 and <= MaximumQueueDepth,
            $"queue depth must be from 1 to {MaximumQueueDepth}, not {QueueDepth}");
        Require(
            IoSizeBytes is >= MinimumIoSizeBytes and <= MaximumIoSizeBytes && int.IsPow2(IoSizeBytes),
            $"I/O size must be a power of two from 64 KiB to 16 MiB, not {IoSizeBytes} bytes");
        Require(
            CheckpointBytes >= MinimumCheckpointBytes,
            $"checkpoint interval must be at least 1 MiB, not {CheckpointBytes} bytes");
        Require(
            CheckpointTime > TimeSpan.Zero && CheckpointTime <= TimeSpan.FromDays(1),
            $"time between checkpoints must be from 1 s to 1 day, not {CheckpointTime.TotalSeconds} s");
        return this;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new UsageException($"Tuning: {message}.");
        }
    }
}
