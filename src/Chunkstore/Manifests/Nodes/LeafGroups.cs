namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>
/// The leaves set so far, by the node of level 1 they are under. Decides when a group is folded into its node, so that
/// memory stays bounded. Safe to use from many threads.
/// </summary>
/// <remarks>
/// A group that is complete is folded at once. Where leaves are left out, groups stay open; when more than the limit of
/// leaves are held in all, the group opened first is folded as it is, and folded again should more of its leaves come.
/// Memory: 64 bytes for each leaf held, and about 250 bytes for each group touched.
/// </remarks>
internal sealed class LeafGroups(TreeShape shape, int maxHeld)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, LeafGroup> _groups = [];
    private readonly Queue<LeafGroup> _opened = new();
    private long _held;
    private int _inProgress;
    private bool _closed;
    private Exception? _failure;

    /// <summary>Begins the setting of a leaf.</summary>
    /// <exception cref="InvalidOperationException">It was set before, or nothing may be set any more.</exception>
    public LeafGroup Begin(long leafIndex)
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            var index = leafIndex >> TreeShape.FanOutBits;
            if (!_groups.TryGetValue(index, out var group))
            {
                group = new LeafGroup(index, shape.ChildCount(1, index));
                _groups.Add(index, group);
            }

            if (!group.Claim(ChildOf(leafIndex)))
            {
                throw new InvalidOperationException($"Leaf {leafIndex} was set before; a leaf is set once.");
            }

            _inProgress++;
            return group;
        }
    }

    /// <summary>Notes what a leaf is: a reference, or null when the parent's stays.</summary>
    public void Resolve(LeafGroup group, long leafIndex, NodeReference? leaf)
    {
        lock (_lock)
        {
            if (leaf is not null && group.HeldCount == 0)
            {
                _opened.Enqueue(group);
            }

            _held += leaf is null ? 0 : 1;
            group.Done(ChildOf(leafIndex), leaf);
        }
    }

    /// <summary>
    /// The setting of a leaf is over. After a failure nothing can be set and the tree cannot be completed.
    /// </summary>
    public void End(Exception? failure)
    {
        lock (_lock)
        {
            _inProgress--;
            _failure ??= failure;
        }
    }

    /// <summary>
    /// A group that is to be folded now, with what it holds: <paramref name="group"/>, or the one opened first.
    /// </summary>
    public LeafGroup? NextToFold(LeafGroup group, out List<HeldLeaf> held)
    {
        lock (_lock)
        {
            var due = group.IsComplete && IsFoldable(group) ? group : OldestAboveLimit();
            held = due is null ? [] : Take(due);
            return due;
        }
    }

    /// <summary>A group was folded into a node.</summary>
    public void Folded(LeafGroup group, NodeReference node)
    {
        lock (_lock)
        {
            group.Folded = node;
            group.IsFolding = false;
        }
    }

    /// <summary>Ends the setting of leaves and answers with the groups touched, in order.</summary>
    /// <exception cref="InvalidOperationException">
    /// It has ended before, a setting failed, or one is still under way.
    /// </exception>
    public IReadOnlyList<LeafGroup> Close()
    {
        lock (_lock)
        {
            ThrowIfUnusable();
            if (_inProgress > 0)
            {
                throw new InvalidOperationException($"{_inProgress} leaves are still being set.");
            }

            _closed = true;
            return [.. _groups.Values.OrderBy(group => group.Index)];
        }
    }

    /// <summary>What a group still holds when all has ended.</summary>
    public List<HeldLeaf> TakeRest(LeafGroup group)
    {
        lock (_lock)
        {
            return Take(group);
        }
    }

    /// <summary>Whether a leaf was set.</summary>
    public bool Has(long leafIndex)
    {
        lock (_lock)
        {
            return _groups.TryGetValue(leafIndex >> TreeShape.FanOutBits, out var group)
                && group.Has(ChildOf(leafIndex));
        }
    }

    private LeafGroup? OldestAboveLimit()
    {
        while (_held > maxHeld && _opened.TryDequeue(out var oldest))
        {
            if (IsFoldable(oldest))
            {
                return oldest;
            }
        }

        return null;
    }

    private List<HeldLeaf> Take(LeafGroup group)
    {
        group.IsFolding = true;
        _held -= group.HeldCount;
        return group.TakeHeld();
    }

    private void ThrowIfUnusable()
    {
        if (_failure is not null)
        {
            throw new InvalidOperationException(
                "An earlier leaf could not be written, so the tree cannot become complete. "
                + "Nothing was published; the backup has to be started again.",
                _failure);
        }

        if (_closed)
        {
            throw new InvalidOperationException("The tree was completed before; nothing may be set in it any more.");
        }
    }

    private static bool IsFoldable(LeafGroup group) => !group.IsFolding && group.HeldCount > 0;

    private static int ChildOf(long leafIndex) => (int)(leafIndex & (TreeShape.FanOut - 1));
}
