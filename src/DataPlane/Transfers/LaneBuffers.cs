using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>How much memory the lanes of one job may hold.</summary>
/// <param name="Lanes">Number of lanes.</param>
/// <param name="IoSizeBytes">Largest transfer.</param>
/// <param name="QueueDepth">Full buffers that a lane may hold.</param>
/// <param name="BufferBytes">Size of a buffer: the I/O size, or one chunk where that is larger.</param>
internal sealed record LaneBuffers(int Lanes, int IoSizeBytes, int QueueDepth, int BufferBytes)
{
    /// <summary>The bound: in each lane, the full buffers and the one that is being filled.</summary>
    public long TotalBytes => (long)Lanes * (QueueDepth + 1) * BufferBytes;

    /// <summary>What the buffers take of the host at most.</summary>
    public long MappedBytes => AlignedBufferPool.MappedBytes(BufferBytes, (long)Lanes * (QueueDepth + 1));

    /// <summary>The least that a backup can do with: one lane, one buffer filled while one is worked off.</summary>
    public LaneBuffers Least => this with { Lanes = 1, QueueDepth = 1 };

    /// <summary>Works out the buffers of a job.</summary>
    public static LaneBuffers For(TuningOptions tuning, int chunkSizeBytes) => new(
        tuning.Lanes,
        tuning.IoSizeBytes,
        tuning.EffectiveQueueDepth,
        Math.Max(tuning.IoSizeBytes, chunkSizeBytes));

    /// <summary>A pool that hands out no more than the bound.</summary>
    public AlignedBufferPool CreatePool() =>
        new(new AlignedBufferPoolOptions { BlockSizeBytes = BufferBytes, MaxTotalBytes = TotalBytes });
}
