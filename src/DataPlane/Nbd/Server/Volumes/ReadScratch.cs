using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>Working memory of one reader, so that a request allocates nothing. For one request at a time.</summary>
internal sealed class ReadScratch
{
    private const long NoLeaf = -1;

    private readonly ChunkId[] _ids = new ChunkId[TreeShape.FanOut];
    private long _leafIndex = NoLeaf;
    private ManifestTreeReader? _tree;

    /// <summary>The chunks that are being read.</summary>
    public ChunkBatch Batch { get; } = new();

    /// <summary>Place for one block of an overlay.</summary>
    public byte[] Block => field ??= new byte[Overlay.OverlayLayout.BlockBytes];

    /// <summary>The ids of a leaf's chunks; a leaf that was asked for last is not read again.</summary>
    /// <exception cref="Chunkstore.Errors.RepositoryException">The tree is damaged, or cannot be read.</exception>
    public async ValueTask<ReadOnlyMemory<ChunkId>> LeafAsync(
        ManifestTreeReader tree, long leafIndex, CancellationToken cancellationToken)
    {
        var ids = _ids.AsMemory(0, tree.Root.Shape.ChunksInLeaf(leafIndex));
        if (leafIndex != _leafIndex || !ReferenceEquals(tree, _tree))
        {
            (_leafIndex, _tree) = (NoLeaf, null);
            await tree.ReadLeafAsync(leafIndex, ids, cancellationToken);
            (_leafIndex, _tree) = (leafIndex, tree);
        }

        return ids;
    }
}
