using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sizing;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>How much memory a backup takes: nothing of it grows with the volume without bound.</summary>
/// <param name="Lanes">Buffers that are read into.</param>
/// <param name="Writer">What stores.</param>
/// <param name="ChangedExtents">Extents of the list of changed blocks.</param>
internal sealed record BackupSizes(LaneBuffers Lanes, WriterMemory Writer, long ChangedExtents)
{
    /// <summary>Chunks between checkpoints that are given up before lanes are.</summary>
    private const int FewCheckpointChunks = 64 * 1024;

    /// <summary>An extent as it came, merged, and as a range of chunks of the plan, in lists that have grown.</summary>
    private const int ExtentBytes = 128;

    /// <summary>In bytes.</summary>
    public long Bytes => Lanes.MappedBytes + Writer.Bytes + (ChangedExtents * ExtentBytes);

    /// <summary>The least that a backup can do with: one lane, one buffer filled while one is worked off.</summary>
    public BackupSizes Least => this with
    {
        Lanes = Lanes.Least,
        Writer = Writer.Least with { Lanes = 1 },
    };

    /// <summary>Works out what a backup would like to have.</summary>
    public static BackupSizes For(BackupRequest request)
    {
        var chunkBytes = request.Repository.ChunkSizeBytes;
        return new BackupSizes(
            LaneBuffers.For(request.Tuning, chunkBytes),
            new WriterMemory(
                new TreeShape(request.Source.LengthBytes, chunkBytes),
                request.Tuning.Lanes,
                request.Repository.IsEncrypted,
                WriterMemory.UsualCheckpointChunks),
            request.ChangedBlocks?.Count ?? 0);
    }

    /// <summary>
    /// The same within a bound: less depth, down to two, then checkpoints after fewer chunks, then fewer lanes, then a
    /// depth of one, and then the earliest checkpoints.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not even the least fits.</exception>
    public BackupSizes Within(long bytes)
    {
        var fitting = this;
        while (fitting.Bytes > bytes)
        {
            fitting = fitting.Smaller()
                ?? throw new InvalidOperationException($"{bytes} bytes are too few for one lane.");
        }

        return fitting;
    }

    private BackupSizes? Smaller() => this switch
    {
        { Lanes.QueueDepth: > 2 } => this with { Lanes = Lanes with { QueueDepth = Lanes.QueueDepth - 1 } },
        { Writer.CheckpointChunks: > FewCheckpointChunks } => WithHalfTheChunks(FewCheckpointChunks),
        { Lanes.Lanes: > 1 } => this with
        {
            Lanes = Lanes with { Lanes = Lanes.Lanes - 1 },
            Writer = Writer with { Lanes = Lanes.Lanes - 1 },
        },
        { Lanes.QueueDepth: > 1 } => this with { Lanes = Lanes with { QueueDepth = 1 } },
        { Writer.CheckpointChunks: > WriterMemory.FewestCheckpointChunks } =>
            WithHalfTheChunks(WriterMemory.FewestCheckpointChunks),
        _ => null,
    };

    private BackupSizes WithHalfTheChunks(int fewest) =>
        this with { Writer = Writer with { CheckpointChunks = Math.Max(fewest, Writer.CheckpointChunks / 2) } };
}
