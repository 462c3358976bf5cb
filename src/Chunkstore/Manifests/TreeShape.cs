namespace BackupEngine.Chunkstore.Manifests;

/// <summary>How a volume of some size is cut: chunks, leaves of chunk ids, levels of nodes.</summary>
/// <param name="VolumeBytes">Size of the volume in bytes; not necessarily a multiple of the chunk size.</param>
/// <param name="ChunkSizeBytes">Chunk size of the repository, a power of two.</param>
public readonly record struct TreeShape(long VolumeBytes, int ChunkSizeBytes)
{
    /// <summary>Chunk ids in a leaf, and children of an inner node.</summary>
    public const int FanOut = 256;

    /// <summary>Number of chunks, the short last one included.</summary>
    public long ChunkCount => (VolumeBytes + ChunkSizeBytes - 1) / ChunkSizeBytes;

    /// <summary>Number of leaves.</summary>
    public long LeafCount => (ChunkCount + FanOut - 1) / FanOut;

    /// <summary>Bytes of volume under a full leaf.</summary>
    public long LeafSpanBytes => (long)ChunkSizeBytes * FanOut;

    /// <summary>Number of chunks in a leaf; 256 in all but the last.</summary>
    public int ChunksInLeaf(long leafIndex) => (int)Math.Min(FanOut, ChunkCount - (leafIndex * FanOut));

    /// <summary>Length of a chunk in bytes; the chunk size in all but the last.</summary>
    public int ChunkLength(long chunkIndex) => (int)Math.Min(ChunkSizeBytes, VolumeBytes - (chunkIndex * ChunkSizeBytes));
}
