namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>Writes the nodes of one tree, or finds that none is needed. Safe to use from many threads.</summary>
internal sealed class NodeWriter(INodeStore store, TreeShape shape)
{
    /// <summary>
    /// The reference to a node with these children: a sentinel, the parent's <paramref name="former"/> node when it is
    /// equal, or a node that is now stored.
    /// </summary>
    public async ValueTask<NodeReference> WriteAsync(
        int level,
        long index,
        ReadOnlyMemory<NodeReference> children,
        TreeNode? former,
        CancellationToken cancellationToken)
    {
        if (former is not null && children.Span.SequenceEqual(former.Children))
        {
            return Stored(former.Id, level, index, children);
        }

        if (FindSentinel(level, children.Span) is { } sentinel)
        {
            return sentinel;
        }

        var id = await store.PutAsync(NodeEncoder.Encode(level, children.Span, former), cancellationToken);
        return Stored(id, level, index, children);
    }

    /// <summary>The id that a tree's root is known by; a root of one repeated chunk becomes a node after all.</summary>
    public async ValueTask<ChunkId> WriteRootAsync(NodeReference root, CancellationToken cancellationToken)
    {
        if (root.Kind != ReferenceKind.Uniform)
        {
            return root.Id;
        }

        var level = shape.RootLevel;
        var node = NodeEncoder.EncodeUniform(level, shape.ChildCount(level, 0), root.Id);
        return await store.PutAsync(node, cancellationToken);
    }

    private NodeReference Stored(ChunkId id, int level, long index, ReadOnlyMemory<NodeReference> children) =>
        NodeReference.Stored(id, NodeReference.CountLive(children.Span, shape, level, index));

    private static NodeReference? FindSentinel(int level, ReadOnlySpan<NodeReference> children)
    {
        var first = children[0];
        if (children.ContainsAnyExcept(first))
        {
            return null;
        }

        return first.Kind switch
        {
            ReferenceKind.Stored => level == 0 ? NodeReference.Uniform(first.Id) : null,
            _ => first,
        };
    }
}
