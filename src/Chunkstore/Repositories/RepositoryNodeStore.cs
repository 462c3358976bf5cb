using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>The nodes of published backups; nothing is added through it.</summary>
internal sealed class RepositoryNodeStore(ChunkReader chunks) : INodeStore
{
    public ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Nodes are stored by the writer of a backup.");

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken) =>
        chunks.ReadNodeAsync(id, cancellationToken);
}
