using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Manifests.Nodes;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>
/// Goes on from the checkpoints of an interrupted run. Nothing in them is trusted: each must be of the same work, and
/// every node and chunk below a leaf must be one that this session can rely on as on any other known chunk. What is
/// not, is read again.
/// </summary>
internal sealed class CheckpointResumer(
    CheckpointCatalog catalog, SessionStore store, INodeStore nodes, ManifestTreeBuilder tree)
{
    private const int LeavesAtOnce = 8;

    /// <summary>Leaves that are compared with the source, at most.</summary>
    private const int SampledLeaves = 64;

    private readonly NodeLoader _loader = new(new RelyingNodeStore(nodes, store));
    private readonly List<string> _warnings = [];
    private long _missing;

    /// <summary>The number of the last checkpoint that is there; 0 where there is none.</summary>
    public ulong LastNumber { get; private set; }

    /// <summary>Gives the finished leaves to the tree; the newest checkpoints first.</summary>
    /// <param name="work">What this run works on.</param>
    /// <param name="mode">Whether it goes on.</param>
    /// <param name="isSame">Compares a sample with the source; null where nobody does.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ResumedLeaves> RunAsync(
        CheckpointWork work,
        ResumeMode mode,
        Func<IReadOnlyList<SampledLeaf>, CancellationToken, Task<bool>>? isSame,
        CancellationToken cancellationToken)
    {
        var leaves = new ResumedLeaves(work.Shape.LeafCount);
        var names = catalog.List(work.BackupId);
        LastNumber = names.Count == 0 ? 0 : names[^1].Number;
        if (mode == ResumeMode.Never)
        {
            StartOver(names, "it was asked for");
            names = [];
        }

        if (isSame is not null && await SampleAsync(names, work, mode, cancellationToken) is { Count: > 0 } sample
            && !await isSame(sample, cancellationToken))
        {
            // Who compared says so, and where. What was in doubt once is not believed by a later run either.
            names.ToList().ForEach(name => catalog.Remove(name));
            names = [];
            leaves.ReadEverything = true;
        }

        foreach (var name in names.Reverse())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(name, work, mode) is { } checkpoint)
            {
                leaves.ReadEverything |= checkpoint.Work.Scope.IsEverything && !work.Scope.IsEverything;
                await ResumeAsync(checkpoint, leaves, cancellationToken);
            }
        }

        if (_missing > 0)
        {
            Warn($"{_missing} leaves of the interrupted run of this backup are not complete in the repository any "
                + "more; their part of the volume is read again.");
        }

        leaves.Warnings = _warnings;
        return leaves;
    }

    /// <summary>Some of the leaves that would be gone on with, as far as they are there.</summary>
    private async Task<List<SampledLeaf>> SampleAsync(
        IReadOnlyList<CheckpointName> names, CheckpointWork work, ResumeMode mode, CancellationToken cancellationToken)
    {
        var chosen = new LeafSample(SampledLeaves);
        foreach (var name in names)
        {
            if (TryRead(name, work, mode) is { } checkpoint)
            {
                chosen.Offer(checkpoint);
            }
        }

        var sample = new List<SampledLeaf>();
        foreach (var (leaf, checkpoint) in chosen.Leaves)
        {
            try
            {
                sample.Add(new SampledLeaf(leaf.Index, await IdsOfAsync(leaf, checkpoint, cancellationToken)));
            }
            catch (CorruptDataException)
            {
                // Not complete any more: it is read again anyway.
            }
        }

        return sample;
    }

    private async ValueTask<ChunkId[]> IdsOfAsync(
        FinishedLeaf leaf, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var count = checkpoint.Work.Shape.ChunksInLeaf(leaf.Index);
        var (reference, node) = leaf.Reference is { } own
            ? (own, await LoadAsync(own, count, cancellationToken))
            : await tree.InheritedLeafAsync(leaf.Index, cancellationToken);
        var ids = new ChunkId[count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = (node is null ? reference.ChildOfSentinel(level: 0) : node.ChildrenMemory.Span[i]).Id;
        }

        return ids;
    }

    private Checkpoint? TryRead(CheckpointName name, CheckpointWork work, ResumeMode mode)
    {
        try
        {
            if (catalog.TryRead(name) is not { } checkpoint)
            {
                return null;
            }

            var difference = work.FindDifference(checkpoint.Work);
            if (difference is null && mode != ResumeMode.Trust && !work.IsProven)
            {
                difference = "nothing proves that the source is still the same point in time; "
                    + "name the source's identity, or say that it can be trusted";
            }

            if (difference is null)
            {
                return checkpoint;
            }

            StartOver([name], difference);
            return null;
        }
        catch (Exception exception) when (exception is CorruptDataException or RepositoryFormatException)
        {
            Warn($"{exception.Message} It is a checkpoint: what only it names is read again, and it is removed.");
            catalog.Remove(name);
            return null;
        }
    }

    /// <summary>
    /// Leaves of another point in time must never be taken by a later run for those of this one, so they go now.
    /// </summary>
    private void StartOver(IReadOnlyList<CheckpointName> names, string reason)
    {
        if (names.Count > 0)
        {
            Warn($"The interrupted run of this backup is not gone on with: {reason}. "
                + "Its part is read again; what is stored already is not stored twice.");
        }

        foreach (var name in names)
        {
            catalog.Remove(name);
        }
    }

    private void Warn(string warning)
    {
        if (!_warnings.Contains(warning))
        {
            _warnings.Add(warning);
        }
    }

    private async Task ResumeAsync(Checkpoint checkpoint, ResumedLeaves leaves, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = LeavesAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(
            checkpoint.Leaves.Where(leaf => !leaves.Contains(leaf.Index)),
            options,
            async (leaf, token) =>
            {
                if (await IsCompleteAsync(leaf, checkpoint.Work.Shape, token))
                {
                    await tree.SetLeafReferenceAsync(leaf.Index, leaf.Reference, token);
                    leaves.Add(leaf.Index);
                }
                else
                {
                    Interlocked.Increment(ref _missing);
                }
            });
    }

    private async ValueTask<bool> IsCompleteAsync(
        FinishedLeaf leaf, TreeShape shape, CancellationToken cancellationToken)
    {
        try
        {
            var (reference, node) = leaf.Reference is { } own
                ? (own, await LoadAsync(own, shape.ChunksInLeaf(leaf.Index), cancellationToken))
                : await tree.InheritedLeafAsync(leaf.Index, cancellationToken);
            return node is null
                ? reference.Kind == ReferenceKind.Zero || await store.TryReuseAsync(reference.Id, cancellationToken)
                : await HasAllChunksAsync(node, cancellationToken);
        }
        catch (CorruptDataException)
        {
            return false;
        }
    }

    private async ValueTask<TreeNode?> LoadAsync(
        NodeReference reference, int childCount, CancellationToken cancellationToken)
    {
        if (reference.Kind != ReferenceKind.Stored)
        {
            return null;
        }

        var node = await _loader.LoadAsync(reference.Id, 0, childCount, cancellationToken);
        var live = node.Children.Length - node.Children.Count(NodeReference.Zero);
        return live == reference.LiveChunks
            ? node
            : throw new CorruptDataException($"Node {reference.Id} has another number of chunks than was noted.");
    }

    private async ValueTask<bool> HasAllChunksAsync(TreeNode leaf, CancellationToken cancellationToken)
    {
        for (var i = 0; i < leaf.Children.Length; i++)
        {
            var child = leaf.ChildrenMemory.Span[i];
            if (child.Kind != ReferenceKind.Zero && !await store.TryReuseAsync(child.Id, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }
}
