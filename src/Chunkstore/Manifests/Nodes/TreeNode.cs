namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>
/// A node whose children are all known: what is left when its chain of patches has been read. Never changes.
/// </summary>
internal sealed class TreeNode
{
    private readonly NodeReference[] _children;

    /// <summary>Takes over <paramref name="children"/>.</summary>
    public TreeNode(NodeHeader header, ChunkId id, ChunkId bottomId, ChildSet patched, NodeReference[] children)
    {
        Id = id;
        Level = header.Level;
        Depth = header.Depth;
        BottomId = bottomId;
        Patched = patched;
        _children = children;
    }

    /// <summary>The node.</summary>
    public ChunkId Id { get; }

    /// <summary>0 for a leaf.</summary>
    public int Level { get; }

    /// <summary>Number of patches on top of <see cref="BottomId"/>.</summary>
    public int Depth { get; }

    /// <summary>The node at the end of the chain, which needs no other; this node itself when its depth is 0.</summary>
    public ChunkId BottomId { get; }

    /// <summary>Children that the patches of the chain state: only these may differ from the bottom's.</summary>
    public ChildSet Patched { get; }

    /// <summary>All children.</summary>
    public ReadOnlySpan<NodeReference> Children => _children;

    /// <summary>All children, for use across awaits.</summary>
    public ReadOnlyMemory<NodeReference> ChildrenMemory => _children;
}
