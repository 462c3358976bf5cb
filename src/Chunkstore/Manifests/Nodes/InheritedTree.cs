namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>
/// A parent's tree as the start of a new one, whose volume may be of another size. Safe to use from many threads.
/// </summary>
/// <remarks>Where there is no parent, or beyond the parent's end, everything is zeros.</remarks>
internal sealed class InheritedTree(ManifestTreeReader? parent, TreeShape shape)
{
    /// <summary>The root of a new tree in which no leaf was set and no node is cut by the end of a volume.</summary>
    public async ValueTask<NodeReference> RootAsync(CancellationToken cancellationToken) => parent is null
        ? NodeReference.Zero
        : await parent.FindAsync(shape.RootLevel, 0, cancellationToken);

    /// <summary>
    /// The one node of a level that reaches across the end of the smaller of both volumes; it must be made anew. Null
    /// when there is none.
    /// </summary>
    public long? FindCut(int level)
    {
        if (parent is null)
        {
            return null;
        }

        var last = Math.Min(parent.Root.Shape.NodeCount(level), shape.NodeCount(level)) - 1;
        return parent.Root.Shape.ExtentOf(level, last) == shape.ExtentOf(level, last) ? null : last;
    }

    /// <summary>The parent's reference to a leaf, and its node where one is stored.</summary>
    public async ValueTask<(NodeReference Reference, TreeNode? Node)> LeafAsync(
        long leafIndex, CancellationToken cancellationToken)
    {
        if (parent is null || leafIndex >= parent.Root.Shape.LeafCount)
        {
            return (NodeReference.Zero, null);
        }

        var reference = await parent.FindAsync(0, leafIndex, cancellationToken);
        return reference.Kind == ReferenceKind.Stored
            ? (reference, await parent.LoadAsync(reference, 0, leafIndex, cancellationToken))
            : (reference, null);
    }

    /// <summary>
    /// The children that an inner node of the new tree begins with, and the parent's node of that place.
    /// </summary>
    public async ValueTask<(NodeReference[] Children, TreeNode? Node)> ChildrenAsync(
        int level, long index, CancellationToken cancellationToken)
    {
        var children = new NodeReference[shape.ChildCount(level, index)];
        if (parent is null || index >= parent.Root.Shape.NodeCount(level))
        {
            return (children, null);
        }

        if (level > parent.Root.Shape.RootLevel)
        {
            // Of a child higher than the parent's root nothing is inherited: it reaches across the parent's end.
            children[0] = level == parent.Root.Shape.RootLevel + 1
                ? await parent.RootAsChildAsync(cancellationToken)
                : NodeReference.Zero;
            return (children, null);
        }

        var reference = await parent.FindAsync(level, index, cancellationToken);
        var node = reference.Kind == ReferenceKind.Stored
            ? await parent.LoadAsync(reference, level, index, cancellationToken)
            : null;
        var inherited = await parent.ChildrenAsync(reference, level, index, cancellationToken);
        inherited[..Math.Min(inherited.Length, children.Length)].CopyTo(children);
        return (children, node);
    }
}
