using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Restore;

/// <summary>Cuts a backup into work, in the order of the volume: every leaf is part of exactly one piece.</summary>
internal static class RestorePlanner
{
    /// <summary>Walks the tree; zero subtrees are passed over without being read.</summary>
    public static async IAsyncEnumerable<RestoreWork> PlanAsync(
        ManifestTreeReader tree, TreeShape shape, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = 0L;
        await foreach (var leaf in tree.NonZeroLeavesAsync(cancellationToken))
        {
            if (leaf > next)
            {
                yield return new RestoreWork(next, leaf - next, IsZero: true);
            }

            yield return new RestoreWork(leaf, 1, IsZero: false);
            next = leaf + 1;
        }

        if (next < shape.LeafCount)
        {
            yield return new RestoreWork(next, shape.LeafCount - next, IsZero: true);
        }
    }
}
