using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Sizing;

/// <summary>
/// What the writer of a backup holds at most, beside the buffers that its caller reads into. docs/data-path.md has the
/// formula.
/// </summary>
/// <param name="Shape">The volume.</param>
/// <param name="Lanes">Lanes that store, each with a batch.</param>
/// <param name="IsEncrypted">Whether records are encrypted: each is then held twice.</param>
/// <param name="CheckpointChunks">New chunks after which a checkpoint is made.</param>
public sealed record WriterMemory(TreeShape Shape, int Lanes, bool IsEncrypted, int CheckpointChunks)
{
    /// <summary>New chunks after which a checkpoint is made, unless memory is short.</summary>
    public const int UsualCheckpointChunks = 256 * 1024;

    /// <summary>The fewest: a checkpoint ends the open packs, so fewer would make many small ones.</summary>
    public const int FewestCheckpointChunks = 16 * 1024;

    /// <summary>A noted leaf, with its place in a list that has just grown.</summary>
    private const int NotedLeafBytes = 256;

    /// <summary>In bytes.</summary>
    public long Bytes => BackupWriter.PackBufferBytes + TableBytes + TreeBytes + (Lanes * LaneBytes);

    /// <summary>With as few chunks between checkpoints as there may be.</summary>
    public WriterMemory Least => this with { CheckpointChunks = Math.Min(CheckpointChunks, FewestCheckpointChunks) };

    /// <summary>
    /// Each lane may store one batch more while a checkpoint begins; but a volume has no more new chunks than it has
    /// chunks, and nodes above them.
    /// </summary>
    private long TableBytes => NewChunkMemory.BytesFor(Math.Min(
        CheckpointChunks + ((long)Lanes * ChunkBatch.CapacityFor(Shape.ChunkSizeBytes)),
        Shape.ChunkCount + (2 * Shape.LeafCount) + 16));

    /// <summary>Nodes of the parent's tree, leaves that wait for their neighbours, and leaves noted twice.</summary>
    private long TreeBytes => TreeMemory.BytesFor(Shape) + TreeMemory.HeldLeafBytes(Shape)
        + (2 * NotedLeafBytes * Math.Min(Checkpoint.MaximumLeaves, Shape.LeafCount));

    private long LaneBytes
    {
        get
        {
            var plain = Math.Max(Shape.ChunkSizeBytes, SessionStore.MaximumNodeBytes);
            var record = RecordHeader.SizeBytes + ChunkCompressor.MaxCompressedBytes(plain);
            var records = ChunkBatch.CapacityFor(Shape.ChunkSizeBytes) + 1;
            return (long)records * record * (IsEncrypted ? 2 : 1);
        }
    }
}
