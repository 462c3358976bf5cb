using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>The nodes of the tree that a session builds, in its metadata packs.</summary>
internal sealed class SessionNodeStore(SessionStore store, ChunkReader chunks, ChunkHasher hasher) : INodeStore
{
    public async ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken)
    {
        if (node.Length > SessionStore.MaximumNodeBytes)
        {
            throw new ArgumentException(
                $"A node has {node.Length} bytes; at most {SessionStore.MaximumNodeBytes} are allowed.", nameof(node));
        }

        var id = hasher.Hash(node.Span);
        await store.StoreAsync(PackType.Metadata, id, node, cancellationToken);
        return id;
    }

    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken)
    {
        if (store.IsStoredHere(id))
        {
            // Rare: a node is read back that is still on its way to the disk.
            await store.CheckpointAsync(cancellationToken);
        }

        return await chunks.ReadNodeAsync(id, cancellationToken);
    }
}
