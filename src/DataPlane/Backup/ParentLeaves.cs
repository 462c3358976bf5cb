using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.Backup;

/// <summary>The chunks of the parent.</summary>
internal sealed class ParentLeaves(ManifestTreeReader tree) : IExpectedLeaves
{
    public async ValueTask<int> ReadAsync(long leafIndex, Memory<ChunkId> ids, CancellationToken cancellationToken)
    {
        var count = tree.Root.Shape.ChunksInLeaf(leafIndex);
        await tree.ReadLeafAsync(leafIndex, ids[..count], cancellationToken);
        return count;
    }
}
