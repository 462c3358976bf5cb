namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>
/// What a builder knows of the leaves under one node of level 1. Used under the lock of <see cref="LeafGroups"/>.
/// </summary>
internal sealed class LeafGroup(long index, int leafCount)
{
    private ChildSet _claimed;
    private List<HeldLeaf> _held = [];
    private int _done;

    /// <summary>Index of the node on level 1.</summary>
    public long Index => index;

    /// <summary>The node as it was folded last; null as long as it is the parent's.</summary>
    public NodeReference? Folded { get; set; }

    /// <summary>Whether a thread is folding it now.</summary>
    public bool IsFolding { get; set; }

    /// <summary>Leaves that wait to be folded into the node.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Whether every leaf was set, so that no more can come.</summary>
    public bool IsComplete => _done == leafCount;

    /// <summary>Notes that a leaf is being set; false when it was before.</summary>
    public bool Claim(int child) => _claimed.Add(child);

    /// <summary>Whether a leaf was set.</summary>
    public bool Has(int child) => _claimed.Contains(child);

    /// <summary>Notes that a leaf is known; keeps its reference unless it is the parent's.</summary>
    public void Done(int child, NodeReference? leaf)
    {
        _done++;
        if (leaf is { } reference)
        {
            _held.Add(new HeldLeaf(child, reference));
        }
    }

    /// <summary>Takes out what is held.</summary>
    public List<HeldLeaf> TakeHeld()
    {
        var held = _held;
        _held = [];
        return held;
    }
}
