namespace BackupEngine.Chunkstore.Manifests;

/// <summary>Builds the tree of one backup from leaves that arrive in any order, from many threads.</summary>
/// <remarks>
/// A leaf that is never set is inherited: from the parent when there is one, else it is zeros. Nodes above inherited
/// leaves only are not read and not written. Where a few ids of a leaf changed, a patch leaf is written.
/// The shape may differ from the parent's (the volume grew or shrank); leaves that cross the old end must be set.
/// </remarks>
public sealed class ManifestTreeBuilder
{
    /// <summary>Starts a tree over <paramref name="nodes"/>, on top of <paramref name="parent"/> or of nothing.</summary>
    public ManifestTreeBuilder(INodeStore nodes, TreeShape shape, TreeRoot? parent) => throw new NotImplementedException();

    /// <summary>Sets the chunk ids of one leaf, once. The count must be <see cref="TreeShape.ChunksInLeaf"/>.</summary>
    public ValueTask SetLeafAsync(long leafIndex, ReadOnlyMemory<ChunkId> ids, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Writes what is left and answers with the root. Nothing may be set afterwards.</summary>
    public ValueTask<TreeRoot> CompleteAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
