using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Manifests.Nodes;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Trees;

/// <summary>
/// Walks the trees of backups, one after another, and finds what of each volume cannot be restored. A subtree that was
/// found whole is not walked again, whatever backup it is met in.
/// </summary>
internal sealed class TreeWalk(PlaceJudge judge, int lanes)
{
    /// <summary>Whole subtrees remembered at most; beyond, some are walked more than once.</summary>
    public const int MaximumRemembered = 2 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly HashSet<UInt128> _whole = [];
    private readonly HashSet<PackId> _packs = [];
    private Dictionary<ChunkId, string> _faults = [];
    private List<Extent> _harmed = [];

    /// <summary>Packs that the trees rely on.</summary>
    public IReadOnlyCollection<PackId> Packs => _packs;

    /// <summary>
    /// Nodes and chunks that cannot be read since the last call, with the reason; the reason of a chunk is empty.
    /// </summary>
    public IReadOnlyDictionary<ChunkId, string> TakeFaults()
    {
        var faults = _faults;
        _faults = [];
        return faults;
    }

    /// <summary>Walks one tree.</summary>
    /// <returns>What of its volume is lost, in order.</returns>
    public async Task<IReadOnlyList<Extent>> RunAsync(ManifestTreeReader tree, CancellationToken cancellationToken)
    {
        _harmed = [];
        if (!tree.Root.RootId.IsZero)
        {
            var level = tree.Root.Shape.RootLevel;
            var root = await tree.FindAsync(level, 0, cancellationToken);
            await WalkAsync(tree, root, level, 0, isTop: true, cancellationToken);
        }

        return Merged(_harmed);
    }

    private async ValueTask<bool> WalkAsync(
        ManifestTreeReader tree,
        NodeReference reference,
        int level,
        long index,
        bool isTop,
        CancellationToken cancellationToken)
    {
        if (reference.Kind == ReferenceKind.Zero)
        {
            return true;
        }

        if (level < 0 || reference.Kind == ReferenceKind.Uniform)
        {
            return CheckChunk(tree.Root.Shape, reference.Id, level, index);
        }

        if (IsKnownWhole(reference.Id.Prefix))
        {
            return true;
        }

        NotePack(reference.Id);
        var isWhole = await WalkChildrenAsync(tree, reference, level, index, isTop, cancellationToken);
        if (isWhole)
        {
            Remember(reference.Id.Prefix);
        }

        return isWhole;
    }

    private async ValueTask<bool> WalkChildrenAsync(
        ManifestTreeReader tree,
        NodeReference reference,
        int level,
        long index,
        bool isTop,
        CancellationToken cancellationToken)
    {
        ReadOnlyMemory<NodeReference> children;
        try
        {
            children = await tree.ChildrenAsync(reference, level, index, cancellationToken);
        }
        catch (RepositoryException exception)
        {
            AddHarm(reference.Id, exception.Message, tree.Root.Shape.ExtentOf(level, index));
            return false;
        }

        var whole = 0;
        async ValueTask WalkChildAsync(int child, CancellationToken token)
        {
            var position = (index * TreeShape.FanOut) + child;
            if (await WalkAsync(tree, children.Span[child], level - 1, position, isTop: false, token))
            {
                Interlocked.Increment(ref whole);
            }
        }

        if (isTop)
        {
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = lanes,
                CancellationToken = cancellationToken,
            };
            await Parallel.ForEachAsync(Enumerable.Range(0, children.Length), options, WalkChildAsync);
            return whole == children.Length;
        }

        for (var child = 0; child < children.Length; child++)
        {
            await WalkChildAsync(child, cancellationToken);
        }

        return whole == children.Length;
    }

    /// <summary>
    /// A node without a place is read all the same: the reader looks for new segments, and its error says what is
    /// wrong.
    /// </summary>
    private void NotePack(ChunkId id)
    {
        if (judge.FindPack(id, plainLength: 0) is { } pack)
        {
            lock (_lock)
            {
                _packs.Add(pack);
            }
        }
    }

    private bool CheckChunk(TreeShape shape, ChunkId id, int level, long index)
    {
        // A uniform subtree repeats one chunk, so the first one below has its length.
        var first = level < 0 ? index : index << (TreeShape.FanOutBits * (level + 1));
        if (judge.FindPack(id, shape.ChunkLength(first)) is { } pack)
        {
            lock (_lock)
            {
                _packs.Add(pack);
            }

            return true;
        }

        var extent = level < 0
            ? new Extent(index * shape.ChunkSizeBytes, shape.ChunkLength(index))
            : shape.ExtentOf(level, index);
        AddHarm(id, "", extent);
        return false;
    }

    private bool IsKnownWhole(UInt128 prefix)
    {
        lock (_lock)
        {
            return _whole.Contains(prefix);
        }
    }

    private void Remember(UInt128 prefix)
    {
        lock (_lock)
        {
            if (_whole.Count < MaximumRemembered)
            {
                _whole.Add(prefix);
            }
        }
    }

    private void AddHarm(ChunkId id, string reason, Extent extent)
    {
        lock (_lock)
        {
            _faults.TryAdd(id, reason);
            if (_harmed.Count > 0 && _harmed[^1].EndBytes == extent.OffsetBytes)
            {
                _harmed[^1] = new Extent(_harmed[^1].OffsetBytes, _harmed[^1].LengthBytes + extent.LengthBytes);
            }
            else
            {
                _harmed.Add(extent);
            }
        }
    }

    private static List<Extent> Merged(List<Extent> extents)
    {
        extents.Sort((left, right) => left.OffsetBytes.CompareTo(right.OffsetBytes));
        var merged = new List<Extent>(extents.Count);
        foreach (var extent in extents)
        {
            if (merged.Count > 0 && merged[^1].EndBytes >= extent.OffsetBytes)
            {
                var end = Math.Max(merged[^1].EndBytes, extent.EndBytes);
                merged[^1] = new Extent(merged[^1].OffsetBytes, end - merged[^1].OffsetBytes);
            }
            else
            {
                merged.Add(extent);
            }
        }

        return merged;
    }
}
