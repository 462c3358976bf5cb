using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>
/// Reads nodes with the patches they stand on, and keeps those used last. Safe to use from many threads.
/// </summary>
internal sealed class NodeLoader(INodeStore store, int cacheCapacity = NodeCache.DefaultCapacity)
{
    private readonly NodeCache _cache = new(cacheCapacity);

    /// <summary>Where the nodes are.</summary>
    public INodeStore Store => store;

    /// <summary>Reads a node that must have this level and this number of children.</summary>
    /// <exception cref="CorruptDataException">
    /// It is missing, damaged, or another node than the tree needs there.
    /// </exception>
    public async ValueTask<TreeNode> LoadAsync(
        ChunkId id, int level, int childCount, CancellationToken cancellationToken)
    {
        var node = _cache.Find(id);
        if (node is null)
        {
            node = await ReadAsync(id, level, childCount, cancellationToken);
            _cache.Add(node);
        }

        RequirePlace(id, node.Level == level && node.Children.Length == childCount);
        return node;
    }

    private async ValueTask<TreeNode> ReadAsync(
        ChunkId id, int level, int childCount, CancellationToken cancellationToken)
    {
        var chain = new List<Link>(NodeHeader.MaxDepth + 1);
        var next = id;
        do
        {
            var link = ReadLink(next, await store.GetAsync(next, cancellationToken));
            RequirePlace(next, link.Header.Level == level && link.Header.ChildCount == childCount);
            RequirePlace(next, chain.Count == 0 || link.Header.Depth == chain[^1].Header.Depth - 1);
            chain.Add(link);
            next = link.BaseId;
        }
        while (chain[^1].Header.Kind == NodeKind.Patch);

        return Resolve(chain);
    }

    /// <summary>Lays the patches over the bottom of the chain, the newest last.</summary>
    private static TreeNode Resolve(List<Link> chain)
    {
        var children = new NodeReference[chain[0].Header.ChildCount];
        var patched = default(ChildSet);
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            var stated = Apply(chain[i], children);
            patched = i == chain.Count - 1 ? default : patched | stated;
        }

        return new TreeNode(chain[0].Header, chain[0].Id, chain[^1].Id, patched, children);
    }

    private static Link ReadLink(ChunkId id, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var header = NodeHeader.Read(bytes.Span);
            return new Link(id, header, NodeDecoder.ReadBase(header, bytes.Span), bytes);
        }
        catch (CorruptDataException e)
        {
            throw Damaged(id, e);
        }
    }

    private static ChildSet Apply(Link link, Span<NodeReference> children)
    {
        try
        {
            return NodeDecoder.Apply(link.Header, link.Bytes.Span, children);
        }
        catch (CorruptDataException e)
        {
            throw Damaged(link.Id, e);
        }
    }

    private static CorruptDataException Damaged(ChunkId id, CorruptDataException cause) =>
        new($"Manifest tree node {id}: {cause.Message}", cause);

    private static void RequirePlace(ChunkId id, bool condition)
    {
        if (!condition)
        {
            throw new CorruptDataException(
                $"Manifest tree node {id} is intact, but the node of another place in a tree.");
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Link(ChunkId Id, NodeHeader Header, ChunkId BaseId, ReadOnlyMemory<byte> Bytes);
}
