using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Reading;
using BackupEngine.Chunkstore.Sizing;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>How much memory a restore takes: nothing of it grows with the volume.</summary>
/// <param name="Workers">Threads that read, check and write.</param>
/// <param name="ChunkBytes">Size of a chunk.</param>
/// <param name="WindowBytes">Plain bytes that a worker holds: the I/O size, or one chunk where that is larger.</param>
/// <param name="PlanLeaves">Leaves that are planned at once.</param>
/// <param name="TreeBytes">What is held of the tree, in bytes.</param>
internal sealed record RestoreSizes(int Workers, int ChunkBytes, int WindowBytes, int PlanLeaves, long TreeBytes)
{
    /// <summary>Plans: one is worked on while the next one is made.</summary>
    public const int Plans = 2;

    /// <summary>Leaves of the first plan: small, so that the workers have something to do soon.</summary>
    public const int FirstPlanLeaves = 8;

    /// <summary>Leaves of the largest plan: 32,768 chunks, 2 GiB of volume at 64 KiB.</summary>
    public const int LargestPlanLeaves = 128;

    /// <summary>What two workers to a lane gain: one waits for the device while the other decompresses.</summary>
    private const int WorkersPerLane = 2;

    /// <summary>For record headers, and for what lies between neighbours in a pack.</summary>
    private const int PackSlackBytes = 128 * 1024;

    /// <summary>Chunks that a worker holds.</summary>
    public int WindowChunks => WindowBytes / ChunkBytes;

    /// <summary>Bytes of a pack that a worker holds.</summary>
    public int PackBytes => WindowBytes + PackSlackBytes;

    /// <summary>
    /// Most bytes that the buffers may hold: two for each worker, and one for the tail of the volume.
    /// </summary>
    public long BufferBytes => ((long)Workers * (WindowBytes + PackBytes)) + WindowBytes;

    /// <summary>Bytes of the plans, and of what is noted beside them.</summary>
    public long PlanBytes => (long)Plans * PlanLeaves * TreeShape.FanOut * (ChunkReadPlan.PlaceBytes + sizeof(bool));

    /// <summary>What the buffers take of the host at most.</summary>
    public long MappedBytes =>
        AlignedBufferPool.MappedBytes(WindowBytes, Workers + 1) + AlignedBufferPool.MappedBytes(PackBytes, Workers);

    /// <summary>All that it takes.</summary>
    public long Bytes => MappedBytes + PlanBytes + TreeBytes;

    /// <summary>The least that a restore can do with: one worker, and small plans.</summary>
    public RestoreSizes Least => this with { Workers = 1, PlanLeaves = Math.Min(PlanLeaves, FirstPlanLeaves) };

    /// <summary>The same within a bound: fewer workers, down to two, then smaller plans, then one worker.</summary>
    /// <exception cref="InvalidOperationException">Not even one worker fits.</exception>
    public RestoreSizes Within(long bytes)
    {
        var sizes = this;
        while (sizes.Bytes > bytes)
        {
            sizes = sizes switch
            {
                { Workers: > 2 } => sizes with { Workers = sizes.Workers - 1 },
                { PlanLeaves: > FirstPlanLeaves } =>
                    sizes with { PlanLeaves = Math.Max(FirstPlanLeaves, sizes.PlanLeaves / 2) },
                { Workers: > 1 } => sizes with { Workers = 1 },
                _ => throw new InvalidOperationException($"{bytes} bytes are too few for one worker."),
            };
        }

        return sizes;
    }

    /// <summary>Works out the sizes of a restore.</summary>
    public static RestoreSizes For(TuningOptions tuning, TreeShape shape) => new(
        tuning.Lanes * WorkersPerLane,
        shape.ChunkSizeBytes,
        Math.Max(tuning.IoSizeBytes, shape.ChunkSizeBytes),
        (int)Math.Min(LargestPlanLeaves, shape.LeafCount),
        TreeMemory.BytesFor(shape));

    /// <summary>Buffers of plain bytes.</summary>
    public AlignedBufferPool CreateWindowPool() => CreatePool(WindowBytes, Workers + 1);

    /// <summary>Buffers of pack bytes.</summary>
    public AlignedBufferPool CreatePackPool() => CreatePool(PackBytes, Workers);

    private static AlignedBufferPool CreatePool(int blockBytes, int count) => new(new AlignedBufferPoolOptions
    {
        BlockSizeBytes = blockBytes,
        MaxTotalBytes = (long)blockBytes * count,
    });
}
