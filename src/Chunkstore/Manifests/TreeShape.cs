namespace BackupEngine.Chunkstore.Manifests;

/// <summary>How a volume of some size is cut: chunks, leaves of chunk ids, levels of nodes.</summary>
/// <remarks>
/// Level 0 are the leaves, <see cref="RootLevel"/> is the root, which is always an inner node. The node at a level and
/// an index has the nodes <c>index * 256</c> and following of the level below as children, up to the volume's end.
/// Every figure is right up to the largest volume there can be, 2^63 - 1 bytes.
/// </remarks>
/// <param name="VolumeBytes">Size of the volume in bytes; not necessarily a multiple of the chunk size.</param>
/// <param name="ChunkSizeBytes">Chunk size of the repository, a power of two.</param>
public readonly record struct TreeShape(long VolumeBytes, int ChunkSizeBytes)
{
    /// <summary>Chunk ids in a leaf, and children of an inner node.</summary>
    public const int FanOut = 256;

    /// <summary>The highest level a root can have: 2^63 bytes in chunks of 4 KiB.</summary>
    public const int MaxRootLevel = 6;

    /// <summary>The smallest chunk size, in bytes.</summary>
    public const int MinChunkSizeBytes = 4 * 1024;

    /// <summary>The largest chunk size, in bytes.</summary>
    public const int MaxChunkSizeBytes = 4 * 1024 * 1024;

    /// <summary>Binary logarithm of <see cref="FanOut"/>.</summary>
    internal const int FanOutBits = 8;

    /// <summary>Number of chunks, the short last one included.</summary>
    public long ChunkCount => VolumeBytes / ChunkSizeBytes + (VolumeBytes % ChunkSizeBytes == 0 ? 0 : 1);

    /// <summary>Number of leaves.</summary>
    public long LeafCount => NodeCount(0);

    /// <summary>Bytes of volume under a full leaf.</summary>
    public long LeafSpanBytes => (long)ChunkSizeBytes * FanOut;

    /// <summary>Level of the root, at least 1.</summary>
    public int RootLevel
    {
        get
        {
            var level = 1;
            while (NodeCount(level) > 1)
            {
                level++;
            }

            return level;
        }
    }

    /// <summary>Number of chunks in a leaf; 256 in all but the last.</summary>
    public int ChunksInLeaf(long leafIndex) => ChildCount(0, leafIndex);

    /// <summary>Length of a chunk in bytes; the chunk size in all but the last.</summary>
    public int ChunkLength(long chunkIndex) =>
        (int)Math.Min(ChunkSizeBytes, VolumeBytes - (chunkIndex * ChunkSizeBytes));

    /// <summary>Number of nodes on a level.</summary>
    public long NodeCount(int level) => ChunkCount == 0 ? 0 : ((ChunkCount - 1) >> SpanBits(level)) + 1;

    /// <summary>
    /// Number of children of a node: 256 in all but the last of its level. The children of a leaf are chunks.
    /// </summary>
    public int ChildCount(int level, long index) =>
        (int)Math.Min(FanOut, (level == 0 ? ChunkCount : NodeCount(level - 1)) - (index * FanOut));

    /// <summary>Number of chunks under a node.</summary>
    public long ChunksUnder(int level, long index) =>
        Math.Min(1L << SpanBits(level), ChunkCount - (index << SpanBits(level)));

    /// <summary>The part of the volume under a node.</summary>
    public Extent ExtentOf(int level, long index)
    {
        var firstChunk = index << SpanBits(level);
        var chunks = ChunksUnder(level, index);
        var offset = firstChunk * ChunkSizeBytes;
        return new Extent(offset, firstChunk + chunks == ChunkCount ? VolumeBytes - offset : chunks * ChunkSizeBytes);
    }

    /// <summary>Throws unless this is the shape of a volume that can be backed up.</summary>
    /// <exception cref="ArgumentException">
    /// The volume is empty, or the chunk size no power of two from 4 KiB to 4 MiB.
    /// </exception>
    public void ThrowIfInvalid()
    {
        if (VolumeBytes < 1)
        {
            throw new ArgumentException($"A volume has at least one byte, not {VolumeBytes}.");
        }

        if (ChunkSizeBytes is < MinChunkSizeBytes or > MaxChunkSizeBytes || !int.IsPow2(ChunkSizeBytes))
        {
            throw new ArgumentException(
                $"A chunk size is a power of two from {MinChunkSizeBytes} to {MaxChunkSizeBytes} bytes, "
                + $"not {ChunkSizeBytes}.");
        }
    }

    /// <summary>Binary logarithm of the chunks under a full node of a level.</summary>
    private static int SpanBits(int level) => FanOutBits * (level + 1);
}
