namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>A leaf that an interrupted run finished, taken by chance, to be compared with the source.</summary>
/// <param name="Index">Its place in the volume.</param>
/// <param name="Ids">The ids of its chunks.</param>
public sealed record SampledLeaf(long Index, ReadOnlyMemory<ChunkId> Ids);
