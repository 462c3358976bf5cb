using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The chunk ids of the leaf that a worker is at: the parent's to begin with, replaced one by one by what was read.
/// </summary>
internal sealed class LeafIds(
    TreeShape shape, BackupWriter writer, TreeShape? parentShape)
{
    private readonly ChunkId[] _ids = new ChunkId[TreeShape.FanOut];
    private readonly ChunkId[] _inherited = new ChunkId[TreeShape.FanOut];
    private long _leafIndex;
    private int _count;

    /// <summary>Goes to a leaf.</summary>
    public async ValueTask OpenAsync(long leafIndex, CancellationToken cancellationToken)
    {
        _leafIndex = leafIndex;
        _count = shape.ChunksInLeaf(leafIndex);
        _inherited.AsSpan().Clear();
        if (parentShape is { } parent && leafIndex < parent.LeafCount)
        {
            var ids = _inherited.AsMemory(0, parent.ChunksInLeaf(leafIndex));
            await writer.ParentTree!.ReadLeafAsync(leafIndex, ids, cancellationToken);
        }

        _inherited.AsSpan(0, _count).CopyTo(_ids);
    }

    /// <summary>Whether the parent has a chunk of the same place and length, and which.</summary>
    public bool TryGetParent(long chunkIndex, out ChunkId id)
    {
        id = _inherited[(int)(chunkIndex % TreeShape.FanOut)];
        return parentShape is { } parent
            && chunkIndex < parent.ChunkCount
            && parent.ChunkLength(chunkIndex) == shape.ChunkLength(chunkIndex);
    }

    /// <summary>Sets what was read.</summary>
    public void Set(long chunkIndex, ChunkId id) => _ids[(int)(chunkIndex % TreeShape.FanOut)] = id;

    /// <summary>Hands the leaf to the tree, unless the tree inherits the same.</summary>
    public ValueTask CloseAsync(CancellationToken cancellationToken) =>
        CanInherit && _ids.AsSpan(0, _count).SequenceEqual(_inherited.AsSpan(0, _count))
            ? writer.KeepLeafAsync(_leafIndex, cancellationToken)
            : writer.SetLeafAsync(_leafIndex, _ids.AsMemory(0, _count), cancellationToken);

    /// <summary>A leaf at or behind the end of the smaller of the two volumes is always set.</summary>
    private bool CanInherit => parentShape is not { } parent
        || parent == shape
        || (_leafIndex + 1) * shape.LeafSpanBytes <= Math.Min(parent.VolumeBytes, shape.VolumeBytes);
}
