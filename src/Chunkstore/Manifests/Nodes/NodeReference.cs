using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>How a node names one of its children.</summary>
/// <param name="Kind">What the reference stands for.</param>
/// <param name="Id">The child's id; that of the one chunk of a uniform subtree; zero for zeros.</param>
/// <param name="LiveChunks">Chunks below a stored child that are not zeros, at least 1; 0 for the sentinels.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeReference(ReferenceKind Kind, ChunkId Id, long LiveChunks)
{
    /// <summary>All zeros.</summary>
    public static NodeReference Zero => default;

    /// <summary>A stored node.</summary>
    public static NodeReference Stored(ChunkId id, long liveChunks) => new(ReferenceKind.Stored, id, liveChunks);

    /// <summary>A child of a leaf: a chunk or zeros.</summary>
    public static NodeReference Chunk(ChunkId id) => id.IsZero ? Zero : new(ReferenceKind.Stored, id, 1);

    /// <summary>A subtree of one repeated chunk.</summary>
    public static NodeReference Uniform(ChunkId id) => new(ReferenceKind.Uniform, id, 0);

    /// <summary>What each child of a sentinel is: the sentinel again, or in a leaf the chunk itself.</summary>
    public NodeReference ChildOfSentinel(int level) =>
        level == 0 && Kind == ReferenceKind.Uniform ? Chunk(Id) : this;

    /// <summary>Chunks that are not zeros, of the <paramref name="chunks"/> below.</summary>
    public long CountLive(long chunks) => Kind switch
    {
        ReferenceKind.Zero => 0,
        ReferenceKind.Uniform => chunks,
        _ => LiveChunks,
    };

    /// <summary>Chunks that are not zeros, under all children of the node at a level and an index.</summary>
    public static long CountLive(ReadOnlySpan<NodeReference> children, TreeShape shape, int level, long index)
    {
        var live = 0L;
        for (var child = 0; child < children.Length; child++)
        {
            var chunks = level == 0 ? 1 : shape.ChunksUnder(level - 1, (index * TreeShape.FanOut) + child);
            live += children[child].CountLive(chunks);
        }

        return live;
    }
}
