namespace BackupEngine.Chunkstore.Manifests;

/// <summary>
/// A finished tree: its shape and the id of its root node; <see cref="ChunkId.Zero"/> when the whole volume is
/// zeros.
/// </summary>
public readonly record struct TreeRoot(TreeShape Shape, ChunkId RootId);
