using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Format;

/// <summary>The root of a tree that is kept while somebody works with it.</summary>
/// <param name="RootId">The root node; never the zero sentinel, below which there is nothing to keep.</param>
/// <param name="VolumeBytes">Size of the volume in bytes, by which the tree is walked.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PinnedRoot(ChunkId RootId, long VolumeBytes)
{
    /// <summary>The roots of backups, without those of empty volumes.</summary>
    public static IEnumerable<PinnedRoot> Of(IEnumerable<Manifest> manifests) => manifests
        .Where(manifest => !manifest.Root.RootId.IsZero)
        .Select(manifest => new PinnedRoot(manifest.Root.RootId, manifest.Root.Shape.VolumeBytes));
}
