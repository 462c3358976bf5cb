namespace BackupEngine.Chunkstore.Manifests;

/// <summary>Reads a finished tree. Keeps a bounded number of nodes. Safe to use from many threads.</summary>
public sealed class ManifestTreeReader
{
    /// <summary>Opens a tree; nothing is read yet.</summary>
    public ManifestTreeReader(INodeStore nodes, TreeRoot root) => throw new NotImplementedException();

    /// <summary>The chunk ids of one leaf; <paramref name="ids"/> has <see cref="TreeShape.ChunksInLeaf"/> places. Zeros are <see cref="ChunkId.Zero"/>.</summary>
    public ValueTask ReadLeafAsync(long leafIndex, Memory<ChunkId> ids, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The leaves that are not all zeros, in order; whole zero subtrees are passed over without being read.</summary>
    public IAsyncEnumerable<long> NonZeroLeavesAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Byte ranges in which two trees of the same chunk size differ, merged, in order; equal subtrees are not read.</summary>
    public static IAsyncEnumerable<Extent> DifferAsync(ManifestTreeReader left, ManifestTreeReader right, CancellationToken cancellationToken) => throw new NotImplementedException();
}
