namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>Writes nodes in the smallest form that is cheap to read.</summary>
/// <remarks>
/// The form, and with it the id, follows from the children and the parent's node alone: the same content on the same
/// parent is the same node, whoever writes it and in whatever order.
/// </remarks>
internal static class NodeEncoder
{
    /// <summary>
    /// A patch must be this many times smaller than a node that needs no other, or reading it is not worth it.
    /// </summary>
    private const int PatchGain = 2;

    /// <summary>
    /// The bytes of a node with these children; a patch on <paramref name="parent"/> where that pays.
    /// </summary>
    /// <exception cref="ArgumentException">Every child is zeros.</exception>
    public static byte[] Encode(int level, ReadOnlySpan<NodeReference> children, TreeNode? parent)
    {
        if (!children.ContainsAnyExcept(NodeReference.Zero))
        {
            throw new ArgumentException("A subtree of zeros has no node; the reference to it is the sentinel.");
        }

        var plan = PlanAlone(level, children);
        if (parent is not null && parent.Level == level && parent.Children.Length == children.Length)
        {
            var patch = PlanPatch(level, children, parent);
            plan = patch.SizeBytes * PatchGain <= plan.SizeBytes ? patch : plan;
        }

        return Write(plan, children);
    }

    /// <summary>The node of a root whose every chunk is the same one.</summary>
    public static byte[] EncodeUniform(int level, int childCount, ChunkId chunk)
    {
        var children = new NodeReference[childCount];
        return Write(NodePlan.For(NodeKind.Uniform, level, depth: 0, chunk, default, children), children);
    }

    /// <summary>
    /// The smallest node that needs no other: all children, those not zero, or those not the commonest.
    /// </summary>
    private static NodePlan PlanAlone(int level, ReadOnlySpan<NodeReference> children)
    {
        var plan = NodePlan.For(NodeKind.Full, level, depth: 0, ChunkId.Zero, AllOf(children), children);
        var sparse = NodePlan.For(
            NodeKind.Sparse, level, depth: 0, ChunkId.Zero, Except(children, NodeReference.Zero), children);
        plan = sparse.SizeBytes < plan.SizeBytes ? sparse : plan;

        var common = Majority(children);
        if (common == NodeReference.Zero || (level > 0 && common.Kind != ReferenceKind.Uniform))
        {
            return plan;
        }

        var uniform = NodePlan.For(NodeKind.Uniform, level, depth: 0, common.Id, Except(children, common), children);
        return uniform.SizeBytes < plan.SizeBytes ? uniform : plan;
    }

    /// <summary>
    /// A patch on the parent's node, or one patch in place of its whole chain. The chain grows while that is smaller,
    /// and is merged when it is as long as it may be.
    /// </summary>
    private static NodePlan PlanPatch(int level, ReadOnlySpan<NodeReference> children, TreeNode parent)
    {
        var changed = Changed(children, parent.Children);
        var merged = NodePlan.For(NodeKind.Patch, level, depth: 1, parent.BottomId, changed | parent.Patched, children);
        if (parent.Depth == NodeHeader.MaxDepth)
        {
            return merged;
        }

        var next = NodePlan.For(NodeKind.Patch, level, parent.Depth + 1, parent.Id, changed, children);
        return next.SizeBytes < merged.SizeBytes ? next : merged;
    }

    private static byte[] Write(NodePlan plan, ReadOnlySpan<NodeReference> children)
    {
        var node = new byte[plan.SizeBytes];
        var header = plan.Header;
        if (header.HasBase)
        {
            plan.BaseId.CopyTo(node.AsSpan(NodeHeader.SizeBytes));
        }

        var stated = plan.Stated;
        var offset = header.IdsOffset;
        var position = 0;
        for (var child = stated.NextFrom(0); child < children.Length; child = stated.NextFrom(child + 1))
        {
            if (header.HasNumbers)
            {
                node[header.NumbersOffset + position] = (byte)child;
            }

            node[header.KindsOffset + (position / 4)] |= (byte)((int)children[child].Kind << (position % 4 * 2));
            offset += WriteReference(children[child], header.Level, node.AsSpan(offset));
            position++;
        }

        header.Seal(node);
        return node;
    }

    private static int WriteReference(NodeReference child, int level, Span<byte> destination)
    {
        var length = NodePlan.IdBytes(child.Kind, level);
        if (length > 0)
        {
            child.Id.CopyTo(destination);
        }

        for (var i = ChunkId.SizeBytes; i < length; i++)
        {
            destination[i] = (byte)((child.LiveChunks - 1) >> ((i - ChunkId.SizeBytes) * 8));
        }

        return length;
    }

    private static ChildSet AllOf(ReadOnlySpan<NodeReference> children)
    {
        var set = default(ChildSet);
        for (var child = 0; child < children.Length; child++)
        {
            set.Add(child);
        }

        return set;
    }

    private static ChildSet Except(ReadOnlySpan<NodeReference> children, NodeReference common)
    {
        var set = default(ChildSet);
        for (var child = 0; child < children.Length; child++)
        {
            if (children[child] != common)
            {
                set.Add(child);
            }
        }

        return set;
    }

    private static ChildSet Changed(ReadOnlySpan<NodeReference> children, ReadOnlySpan<NodeReference> former)
    {
        var set = default(ChildSet);
        for (var child = 0; child < children.Length; child++)
        {
            if (children[child] != former[child])
            {
                set.Add(child);
            }
        }

        return set;
    }

    /// <summary>
    /// The child that more than half of all are equal to, if there is one; else any (Boyer and Moore's vote).
    /// </summary>
    private static NodeReference Majority(ReadOnlySpan<NodeReference> children)
    {
        var candidate = NodeReference.Zero;
        var votes = 0;
        foreach (var child in children)
        {
            candidate = votes == 0 ? child : candidate;
            votes += child == candidate ? 1 : -1;
        }

        return candidate;
    }
}
