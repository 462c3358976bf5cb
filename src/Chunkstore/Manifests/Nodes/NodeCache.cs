namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>The nodes used last, bounded in number. Safe to use from many threads.</summary>
/// <remarks>A full node takes about 12 KiB: 256 references of 48 bytes.</remarks>
internal sealed class NodeCache
{
    /// <summary>Nodes kept unless said otherwise: at most about 6 MiB.</summary>
    public const int DefaultCapacity = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<ChunkId, LinkedListNode<TreeNode>> _nodes = [];
    private readonly LinkedList<TreeNode> _byUse = new();
    private readonly int _capacity;

    /// <summary>Creates an empty cache for <paramref name="capacity"/> nodes, at least one.</summary>
    public NodeCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
    }

    /// <summary>Number of nodes held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _nodes.Count;
            }
        }
    }

    /// <summary>The node, now the one used last; null when it is not held.</summary>
    public TreeNode? Find(ChunkId id)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(id, out var entry))
            {
                return null;
            }

            _byUse.Remove(entry);
            _byUse.AddFirst(entry);
            return entry.Value;
        }
    }

    /// <summary>Holds a node, and lets go the one not used for longest when there are too many.</summary>
    public void Add(TreeNode node)
    {
        lock (_lock)
        {
            if (_nodes.ContainsKey(node.Id))
            {
                return;
            }

            if (_nodes.Count == _capacity)
            {
                _nodes.Remove(_byUse.Last!.Value.Id);
                _byUse.RemoveLast();
            }

            _nodes.Add(node.Id, _byUse.AddFirst(node));
        }
    }
}
