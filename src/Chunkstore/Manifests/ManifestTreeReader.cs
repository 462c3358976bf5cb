using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests.Nodes;

namespace BackupEngine.Chunkstore.Manifests;

/// <summary>Reads a finished tree. Keeps a bounded number of nodes. Safe to use from many threads.</summary>
/// <remarks>Holds at most the 512 nodes used last, about 6 MiB, whatever the size of the volume.</remarks>
public sealed class ManifestTreeReader
{
    /// <summary>Nothing above the root states how many of its chunks are not zeros.</summary>
    private const long UnknownLive = -1;

    private readonly NodeLoader _loader;

    /// <summary>Opens a tree; nothing is read yet.</summary>
    /// <exception cref="ArgumentException">The shape is not one of a volume.</exception>
    public ManifestTreeReader(INodeStore nodes, TreeRoot root)
    {
        root.Shape.ThrowIfInvalid();
        _loader = new NodeLoader(nodes);
        Root = root;
    }

    /// <summary>The tree.</summary>
    public TreeRoot Root { get; }

    /// <summary>Where the nodes are.</summary>
    internal INodeStore Store => _loader.Store;

    /// <summary>The reference that a parent of the root would hold.</summary>
    private NodeReference RootReference =>
        Root.RootId.IsZero ? NodeReference.Zero : NodeReference.Stored(Root.RootId, UnknownLive);

    /// <summary>
    /// The chunk ids of one leaf; <paramref name="ids"/> has <see cref="TreeShape.ChunksInLeaf"/> places. Zeros are
    /// <see cref="ChunkId.Zero"/>.
    /// </summary>
    /// <exception cref="CorruptDataException">A node is missing or damaged; nothing is to be used then.</exception>
    public async ValueTask ReadLeafAsync(long leafIndex, Memory<ChunkId> ids, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leafIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leafIndex, Root.Shape.LeafCount);
        if (ids.Length != Root.Shape.ChunksInLeaf(leafIndex))
        {
            throw new ArgumentException(
                $"Leaf {leafIndex} has {Root.Shape.ChunksInLeaf(leafIndex)} chunks, not {ids.Length}.", nameof(ids));
        }

        var leaf = await FindAsync(0, leafIndex, cancellationToken);
        if (leaf.Kind == ReferenceKind.Stored)
        {
            CopyIds(await LoadAsync(leaf, 0, leafIndex, cancellationToken), ids.Span);
        }
        else
        {
            ids.Span.Fill(leaf.Id);
        }
    }

    /// <summary>
    /// The leaves that are not all zeros, in order; whole zero subtrees are passed over without being read.
    /// </summary>
    /// <exception cref="CorruptDataException">A node is missing or damaged.</exception>
    public async IAsyncEnumerable<long> NonZeroLeavesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var open = new Stack<(int Level, long Index, NodeReference Reference)>();
        open.Push((Root.Shape.RootLevel, 0, RootReference));
        while (open.TryPop(out var next))
        {
            if (next.Level == 0)
            {
                yield return next.Index;
                continue;
            }

            var children = await ChildrenAsync(next.Reference, next.Level, next.Index, cancellationToken);
            for (var child = children.Length - 1; child >= 0; child--)
            {
                if (children.Span[child].Kind != ReferenceKind.Zero)
                {
                    open.Push((next.Level - 1, (next.Index * TreeShape.FanOut) + child, children.Span[child]));
                }
            }
        }
    }

    /// <summary>
    /// The first leaf from some leaf on that is not all zeros; the number of leaves where there is none. Zero subtrees
    /// are passed over without being read.
    /// </summary>
    /// <exception cref="CorruptDataException">A node is missing or damaged.</exception>
    public async ValueTask<long> FindNonZeroLeafAsync(long fromLeaf, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromLeaf);
        var leaf = fromLeaf;
        while (leaf < Root.Shape.LeafCount)
        {
            var (level, isZero) = await FindSubtreeAsync(leaf, cancellationToken);
            if (!isZero)
            {
                return leaf;
            }

            var nodeBits = level * TreeShape.FanOutBits;
            leaf = ((leaf >> nodeBits) + 1) << nodeBits;
        }

        return Root.Shape.LeafCount;
    }

    /// <summary>How many chunks of the volume are not zeros; reads the root only.</summary>
    /// <exception cref="CorruptDataException">The root is missing or damaged.</exception>
    public async ValueTask<long> CountNonZeroChunksAsync(CancellationToken cancellationToken)
    {
        var level = Root.Shape.RootLevel;
        var children = await ChildrenAsync(RootReference, level, 0, cancellationToken);
        return NodeReference.CountLive(children.Span, Root.Shape, level, 0);
    }

    /// <summary>
    /// Byte ranges in which two trees of the same chunk size differ, merged, in order; equal subtrees are not read.
    /// </summary>
    /// <remarks>
    /// Ranges are whole chunks, cut at the volume's end. What only the larger volume has, differs, zeros or not.
    /// </remarks>
    /// <exception cref="ArgumentException">The chunk sizes are different.</exception>
    /// <exception cref="CorruptDataException">A node is missing or damaged.</exception>
    public static IAsyncEnumerable<Extent> DifferAsync(
        ManifestTreeReader left, ManifestTreeReader right, CancellationToken cancellationToken) =>
        new TreeDifference(left, right).ExtentsAsync(cancellationToken);

    /// <summary>The reference to a node of a level up to the root's, found from the root down.</summary>
    internal async ValueTask<NodeReference> FindAsync(int level, long index, CancellationToken cancellationToken)
    {
        var reference = RootReference;
        for (var above = Root.Shape.RootLevel; above > level; above--)
        {
            if (reference.Kind != ReferenceKind.Stored)
            {
                break;
            }

            var position = index >> ((above - level) * TreeShape.FanOutBits);
            var child = (int)(index >> ((above - 1 - level) * TreeShape.FanOutBits)) & (TreeShape.FanOut - 1);
            reference = (await LoadAsync(reference, above, position, cancellationToken)).Children[child];
        }

        return reference;
    }

    /// <summary>The root as a node above it would hold it: a root of one repeated chunk is a sentinel there.</summary>
    internal async ValueTask<NodeReference> RootAsChildAsync(CancellationToken cancellationToken)
    {
        var level = Root.Shape.RootLevel;
        var children = (await ChildrenAsync(RootReference, level, 0, cancellationToken)).Span;
        return children[0].Kind != ReferenceKind.Stored && !children.ContainsAnyExcept(children[0])
            ? children[0]
            : NodeReference.Stored(Root.RootId, NodeReference.CountLive(children, Root.Shape, level, 0));
    }

    /// <summary>The node behind a stored reference.</summary>
    /// <exception cref="CorruptDataException">
    /// It is missing or damaged, or not what the reference says of it.
    /// </exception>
    internal async ValueTask<TreeNode> LoadAsync(
        NodeReference reference, int level, long index, CancellationToken cancellationToken)
    {
        var childCount = Root.Shape.ChildCount(level, index);
        var node = await _loader.LoadAsync(reference.Id, level, childCount, cancellationToken);
        if (reference.LiveChunks != UnknownLive
            && reference.LiveChunks != NodeReference.CountLive(node.Children, Root.Shape, level, index))
        {
            throw new CorruptDataException(
                $"Manifest tree node {reference.Id} is intact, but has not the number of chunks stated above it.");
        }

        return node;
    }

    /// <summary>What each child of a node is, whether the node is stored or a sentinel.</summary>
    internal async ValueTask<ReadOnlyMemory<NodeReference>> ChildrenAsync(
        NodeReference reference, int level, long index, CancellationToken cancellationToken)
    {
        if (reference.Kind == ReferenceKind.Stored)
        {
            return (await LoadAsync(reference, level, index, cancellationToken)).ChildrenMemory;
        }

        var children = new NodeReference[Root.Shape.ChildCount(level, index)];
        Array.Fill(children, reference.ChildOfSentinel(level));
        return children;
    }

    /// <summary>The highest sentinel above a leaf and its level, or the leaf itself.</summary>
    private async ValueTask<(int Level, bool IsZero)> FindSubtreeAsync(long leaf, CancellationToken cancellationToken)
    {
        var reference = RootReference;
        var level = Root.Shape.RootLevel;
        while (level > 0 && reference.Kind == ReferenceKind.Stored)
        {
            var node = await LoadAsync(reference, level, leaf >> (level * TreeShape.FanOutBits), cancellationToken);
            level--;
            reference = node.Children[(int)(leaf >> (level * TreeShape.FanOutBits)) & (TreeShape.FanOut - 1)];
        }

        return (level, reference.Kind == ReferenceKind.Zero);
    }

    private static void CopyIds(TreeNode leaf, Span<ChunkId> ids)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = leaf.Children[i].Id;
        }
    }
}
