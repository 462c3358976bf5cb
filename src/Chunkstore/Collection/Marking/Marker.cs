using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Manifests.Nodes;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>
/// Finds what the roots need: walks their trees, and no subtree twice. Memory is two bits for each entry of the index
/// and a few numbers for each pack.
/// </summary>
internal sealed class Marker
{
    private readonly MarkerParts _parts;
    private readonly LiveEntries _entries;
    private readonly MarkingNodeStore _nodes;

    public Marker(MarkerParts parts)
    {
        _parts = parts;
        _entries = new LiveEntries(parts);
        _nodes = new MarkingNodeStore(parts.Nodes, _entries);
    }

    /// <summary>What was found so far.</summary>
    public PackLiveness Liveness => _entries.Liveness;

    /// <summary>Tolerant roots below which something is missing, or cannot be read.</summary>
    public HashSet<PinnedRoot> Incomplete { get; } = [];

    /// <summary>Marks all that is below some roots.</summary>
    /// <param name="roots">
    /// The roots. Below a tolerant one nodes may be missing: what is left of it is kept, and nothing is promised.
    /// </param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="CorruptDataException">Below a root that is not tolerant, something is nowhere: what is dead
    /// cannot be told then.</exception>
    public async Task MarkAsync(
        IReadOnlyList<(PinnedRoot Root, bool IsTolerant)> roots, CancellationToken cancellationToken)
    {
        // Whole trees first: a subtree of which something is missing is never taken for one that was walked.
        var done = 0L;
        foreach (var (root, isTolerant) in roots.OrderBy(root => root.IsTolerant))
        {
            var shape = new TreeShape(root.VolumeBytes, _parts.ChunkSizeBytes);
            var walk = new Walk(_entries, new ManifestTreeReader(_nodes, new TreeRoot(shape, root.RootId)), isTolerant);
            if (!await walk.RunAsync(cancellationToken))
            {
                Incomplete.Add(root);
            }

            _parts.OnMarked?.Invoke(++done, roots.Count);
        }
    }

    /// <summary>Marks leaves that belong to no finished tree, as far as they are there.</summary>
    /// <param name="shape">The shape of the tree that they were to be in.</param>
    /// <param name="leaves">Each with its index.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public async Task MarkLeavesAsync(
        TreeShape shape,
        IEnumerable<(long Index, NodeReference Reference)> leaves,
        CancellationToken cancellationToken)
    {
        var tree = new ManifestTreeReader(_nodes, new TreeRoot(shape, ChunkId.Zero));
        var walk = new Walk(_entries, tree, isTolerant: true);
        foreach (var (index, reference) in leaves)
        {
            await walk.NodeAsync(reference, 0, index, cancellationToken);
        }
    }

    /// <summary>The records of some packs that are needed, in no order.</summary>
    public IEnumerable<LiveRecord> LiveRecordsIn(IReadOnlySet<PackId> packs) => _entries.In(packs);

    /// <summary>Throws where something that a root needs has no place.</summary>
    internal static void Require(ChunkId id, bool hasPlace)
    {
        if (!hasPlace)
        {
            throw new CorruptDataException(
                $"Chunk {id} is needed by a backup, but is in no pack that is there. Nothing was deleted. "
                + "Run 'verify' to see which backups are harmed, and 'rebuild-index' where the index is damaged; "
                + "delete the backups that are lost, then collect again.");
        }
    }

    /// <summary>One tree.</summary>
    private sealed class Walk(LiveEntries entries, ManifestTreeReader tree, bool isTolerant)
    {
        /// <summary>Whether all of it was marked.</summary>
        public async ValueTask<bool> RunAsync(CancellationToken cancellationToken)
        {
            if (tree.Root.RootId.IsZero)
            {
                return true;
            }

            var level = tree.Root.Shape.RootLevel;
            var root = await tree.FindAsync(level, 0, cancellationToken);
            return await NodeAsync(root, level, 0, cancellationToken);
        }

        /// <summary>Whether all below the node was marked.</summary>
        public async ValueTask<bool> NodeAsync(
            NodeReference reference, int level, long index, CancellationToken cancellationToken)
        {
            if (reference.Kind == ReferenceKind.Zero)
            {
                return true;
            }

            var hasPlace = entries.TryMark(reference.Id, out var place);
            Require(reference.Id, hasPlace || isTolerant);

            if (level < 0 || reference.Kind == ReferenceKind.Uniform || !hasPlace || entries.IsWalked(place))
            {
                return hasPlace;
            }

            var isWhole = await ChildrenAsync(reference, level, index, cancellationToken);
            if (isWhole)
            {
                entries.SetWalked(place);
            }

            return isWhole;
        }

        private async ValueTask<bool> ChildrenAsync(
            NodeReference reference, int level, long index, CancellationToken cancellationToken)
        {
            ReadOnlyMemory<NodeReference> children;
            try
            {
                children = await tree.ChildrenAsync(reference, level, index, cancellationToken);
            }
            catch (CorruptDataException) when (isTolerant)
            {
                return false;
            }

            var isWhole = true;
            for (var child = 0; child < children.Length; child++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var position = (index * TreeShape.FanOut) + child;
                isWhole &= await NodeAsync(children.Span[child], level - 1, position, cancellationToken);
            }

            return isWhole;
        }
    }
}
