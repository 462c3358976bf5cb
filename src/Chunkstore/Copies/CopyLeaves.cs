using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Copies;

/// <summary>The leaves that a copy has to set; all others are the base's, or zeros.</summary>
internal static class CopyLeaves
{
    /// <summary>Walks only subtrees that differ from the base's.</summary>
    public static async IAsyncEnumerable<long> ListAsync(
        ManifestTreeReader tree,
        ManifestTreeReader? known,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (known is null)
        {
            await foreach (var leaf in tree.NonZeroLeavesAsync(cancellationToken))
            {
                yield return leaf;
            }

            yield break;
        }

        var next = 0L;
        var cut = CutOf(tree.Root.Shape, known.Root.Shape);
        await foreach (var extent in ManifestTreeReader.DifferAsync(known, tree, cancellationToken))
        {
            for (next = Math.Max(next, LeafOf(tree, extent.OffsetBytes)); IsIn(tree, next, extent); next++)
            {
                cut = next == cut ? -1 : cut;
                yield return next;
            }
        }

        if (cut >= 0)
        {
            yield return cut;
        }
    }

    /// <summary>
    /// The leaf in which the smaller of two volumes ends: its chunks may have the same ids and other lengths, so it is
    /// always set; -1 where both are of one size.
    /// </summary>
    private static long CutOf(TreeShape shape, TreeShape known) => shape.VolumeBytes == known.VolumeBytes
        ? -1
        : (Math.Min(shape.VolumeBytes, known.VolumeBytes) - 1) / shape.LeafSpanBytes;

    private static long LeafOf(ManifestTreeReader tree, long offsetBytes) =>
        offsetBytes / tree.Root.Shape.LeafSpanBytes;

    private static bool IsIn(ManifestTreeReader tree, long leaf, Extent extent) =>
        leaf < tree.Root.Shape.LeafCount && leaf * tree.Root.Shape.LeafSpanBytes < extent.EndBytes;
}
