using BackupEngine.Chunkstore.Manifests.Nodes;

namespace BackupEngine.Chunkstore.Manifests;

/// <summary>Builds the tree of one backup from leaves that arrive in any order, from many threads.</summary>
/// <remarks>
/// <para>A leaf that is never set is inherited: from the parent when there is one and it has that leaf, else it is
/// zeros. Nodes above inherited leaves only are not read and not written. Where a few ids of a leaf changed, a patch
/// leaf is written. The shape may differ from the parent's (the volume grew or shrank); the leaf that crosses the end
/// of the smaller volume must be set then.</para>
/// <para>The same content without a parent has the same root id, and so has the same content on the same parent, in
/// whatever order and from however many threads the leaves come. On different parents it may have another.</para>
/// <para>Memory: at most <see cref="MaxHeldLeaves"/> leaves of 64 bytes are held (16 MiB; reached only where leaves are
/// left out), and about 250 bytes for every 256 leaves touched: 6 MiB for 100 TiB in chunks of 64 KiB.</para>
/// <para>After an error or a cancellation in <see cref="SetLeafAsync"/> the tree cannot be completed any more.</para>
/// </remarks>
public sealed class ManifestTreeBuilder
{
    /// <summary>Leaves held until their group is complete, in all.</summary>
    public const int MaxHeldLeaves = 256 * 1024;

    /// <summary>
    /// Groups completed at the same time: each reads its parent's node, and disks serve several reads.
    /// </summary>
    private const int GroupsAtOnce = 8;

    private readonly TreeShape _shape;
    private readonly NodeLoader _loader;
    private readonly NodeWriter _writer;
    private readonly InheritedTree _inherited;
    private readonly LeafGroups _groups;

    /// <summary>
    /// Starts a tree over <paramref name="nodes"/>, on top of <paramref name="parent"/> or of nothing.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The shape is not one of a volume, or the parent's chunk size is another.
    /// </exception>
    public ManifestTreeBuilder(INodeStore nodes, TreeShape shape, TreeRoot? parent)
        : this(nodes, shape, parent is { } root ? new ManifestTreeReader(nodes, root) : null, MaxHeldLeaves)
    {
    }

    internal ManifestTreeBuilder(INodeStore nodes, TreeShape shape, ManifestTreeReader? parent, int maxHeldLeaves)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        shape.ThrowIfInvalid();
        if (parent is not null && parent.Root.Shape.ChunkSizeBytes != shape.ChunkSizeBytes)
        {
            throw new ArgumentException(
                $"A tree over chunks of {shape.ChunkSizeBytes} bytes cannot stand on a parent with chunks of "
                + $"{parent.Root.Shape.ChunkSizeBytes}.");
        }

        _shape = shape;
        _loader = new NodeLoader(nodes, FoldedNodesKept);
        _writer = new NodeWriter(nodes, shape);
        _inherited = new InheritedTree(parent, shape);
        _groups = new LeafGroups(shape, maxHeldLeaves);
    }

    /// <summary>Nodes of this tree read back are few; the parent's are kept by its reader.</summary>
    internal static int FoldedNodesKept => 16;

    /// <summary>Starts a tree on top of a parent that is open already, whose nodes in memory are used.</summary>
    /// <exception cref="ArgumentException">
    /// The shape is not one of a volume, or the parent's chunk size is another.
    /// </exception>
    public static ManifestTreeBuilder OnTopOf(ManifestTreeReader parent, INodeStore nodes, TreeShape shape)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return new ManifestTreeBuilder(nodes, shape, parent, MaxHeldLeaves);
    }

    /// <summary>Sets the chunk ids of one leaf, once. The count must be <see cref="TreeShape.ChunksInLeaf"/>.</summary>
    /// <exception cref="ArgumentException">
    /// There is no such leaf, or the count is another. Nothing has changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The leaf was set before, the tree was completed, or an earlier leaf failed. Nothing has changed.
    /// </exception>
    public async ValueTask SetLeafAsync(
        long leafIndex, ReadOnlyMemory<ChunkId> ids, CancellationToken cancellationToken) =>
        await SetAndReferAsync(leafIndex, ids, cancellationToken);

    /// <summary>Sets a leaf, and answers with its reference; null when the parent's stays.</summary>
    internal async ValueTask<NodeReference?> SetAndReferAsync(
        long leafIndex, ReadOnlyMemory<ChunkId> ids, CancellationToken cancellationToken)
    {
        RequirePlace(leafIndex);
        if (ids.Length != _shape.ChunksInLeaf(leafIndex))
        {
            throw new ArgumentException(
                $"Leaf {leafIndex} has {_shape.ChunksInLeaf(leafIndex)} chunks, not {ids.Length}.", nameof(ids));
        }

        return await ResolveAsync(
            leafIndex, () => WriteLeafAsync(leafIndex, ids, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Sets a leaf that is stored already, as an earlier run left it; null where it is as the parent has it.
    /// </summary>
    internal async ValueTask SetLeafReferenceAsync(
        long leafIndex, NodeReference? reference, CancellationToken cancellationToken)
    {
        RequirePlace(leafIndex);
        await ResolveAsync(leafIndex, () => ValueTask.FromResult(reference), cancellationToken);
    }

    /// <summary>The parent's reference to a leaf, and its node where one is stored.</summary>
    internal ValueTask<(NodeReference Reference, TreeNode? Node)> InheritedLeafAsync(
        long leafIndex, CancellationToken cancellationToken) => _inherited.LeafAsync(leafIndex, cancellationToken);

    private async ValueTask<NodeReference?> ResolveAsync(
        long leafIndex, Func<ValueTask<NodeReference?>> reference, CancellationToken cancellationToken)
    {
        var group = _groups.Begin(leafIndex);
        Exception? failure = null;
        try
        {
            var leaf = await reference();
            _groups.Resolve(group, leafIndex, leaf);
            await FoldDueAsync(group, cancellationToken);
            return leaf;
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            _groups.End(failure);
        }
    }

    /// <summary>Writes what is left and answers with the root. Nothing may be set afterwards.</summary>
    /// <exception cref="InvalidOperationException">
    /// It was completed before, a leaf failed or is still being set, or the leaf that must be set was not. Without the
    /// last, ids of the parent would be taken for chunks of another length.
    /// </exception>
    public async ValueTask<TreeRoot> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_inherited.FindCut(level: 0) is { } cut && !_groups.Has(cut))
        {
            throw new InvalidOperationException(
                $"The volume's size differs from the parent's, so leaf {cut}, which crosses the end, must be set.");
        }

        var changed = await CompleteGroupsAsync(_groups.Close(), cancellationToken);
        for (var level = 1; level < _shape.RootLevel; level++)
        {
            changed = await CompleteLevelAsync(level + 1, changed, cancellationToken);
        }

        var root = changed.TryGetValue(0, out var made) ? made : await _inherited.RootAsync(cancellationToken);
        return new TreeRoot(_shape, await _writer.WriteRootAsync(root, cancellationToken));
    }

    private void RequirePlace(long leafIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leafIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leafIndex, _shape.LeafCount);
    }

    /// <summary>Writes a leaf; null when the parent's reference stays.</summary>
    private async ValueTask<NodeReference?> WriteLeafAsync(
        long leafIndex, ReadOnlyMemory<ChunkId> ids, CancellationToken cancellationToken)
    {
        var (former, node) = await _inherited.LeafAsync(leafIndex, cancellationToken);
        var chunks = new NodeReference[ids.Length];
        for (var i = 0; i < chunks.Length; i++)
        {
            chunks[i] = NodeReference.Chunk(ids.Span[i]);
        }

        var leaf = await _writer.WriteAsync(0, leafIndex, chunks, node, cancellationToken);
        return leaf == former ? null : leaf;
    }

    private async ValueTask FoldDueAsync(LeafGroup group, CancellationToken cancellationToken)
    {
        while (_groups.NextToFold(group, out var held) is { } due)
        {
            await FoldAsync(due, held, cancellationToken);
        }
    }

    /// <summary>
    /// Makes the node of level 1 over what was folded before, or over the parent's, and the leaves held.
    /// </summary>
    private async ValueTask FoldAsync(LeafGroup group, List<HeldLeaf> held, CancellationToken cancellationToken)
    {
        var (children, former) = await _inherited.ChildrenAsync(1, group.Index, cancellationToken);
        if (group.Folded is { } folded)
        {
            await ReadFoldedAsync(folded, children, cancellationToken);
        }

        foreach (var leaf in held)
        {
            children[leaf.Child] = leaf.Reference;
        }

        _groups.Folded(group, await _writer.WriteAsync(1, group.Index, children, former, cancellationToken));
    }

    private async ValueTask ReadFoldedAsync(
        NodeReference folded, NodeReference[] children, CancellationToken cancellationToken)
    {
        if (folded.Kind == ReferenceKind.Stored)
        {
            var node = await _loader.LoadAsync(folded.Id, 1, children.Length, cancellationToken);
            node.Children.CopyTo(children);
        }
        else
        {
            Array.Fill(children, folded.ChildOfSentinel(level: 1));
        }
    }

    /// <summary>The nodes of level 1 that are not the parent's, by index.</summary>
    private async ValueTask<SortedDictionary<long, NodeReference>> CompleteGroupsAsync(
        IReadOnlyList<LeafGroup> groups, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = GroupsAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(groups, options, FoldRestAsync);
        var changed = new SortedDictionary<long, NodeReference>();
        foreach (var group in groups)
        {
            if (group.Folded is { } node)
            {
                changed.Add(group.Index, node);
            }
        }

        await AddCutAsync(1, changed, cancellationToken);
        return changed;
    }

    private async ValueTask FoldRestAsync(LeafGroup group, CancellationToken cancellationToken)
    {
        var held = _groups.TakeRest(group);
        if (held.Count > 0)
        {
            await FoldAsync(group, held, cancellationToken);
        }
    }

    /// <summary>The nodes of a level that are not the parent's, from those of the level below.</summary>
    private async ValueTask<SortedDictionary<long, NodeReference>> CompleteLevelAsync(
        int level, SortedDictionary<long, NodeReference> below, CancellationToken cancellationToken)
    {
        var changed = new SortedDictionary<long, NodeReference>();
        foreach (var siblings in below.GroupBy(node => node.Key >> TreeShape.FanOutBits))
        {
            var (children, former) = await _inherited.ChildrenAsync(level, siblings.Key, cancellationToken);
            foreach (var (index, node) in siblings)
            {
                children[index & (TreeShape.FanOut - 1)] = node;
            }

            changed.Add(
                siblings.Key, await _writer.WriteAsync(level, siblings.Key, children, former, cancellationToken));
        }

        await AddCutAsync(level, changed, cancellationToken);
        return changed;
    }

    /// <summary>
    /// Makes the node that crosses the end of the smaller volume, unless a leaf below it was set anyway.
    /// </summary>
    private async ValueTask AddCutAsync(
        int level, SortedDictionary<long, NodeReference> changed, CancellationToken cancellationToken)
    {
        if (_inherited.FindCut(level) is not { } cut || changed.ContainsKey(cut))
        {
            return;
        }

        var (children, former) = await _inherited.ChildrenAsync(level, cut, cancellationToken);
        changed.Add(cut, await _writer.WriteAsync(level, cut, children, former, cancellationToken));
    }
}
