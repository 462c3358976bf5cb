using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>Reads nodes that an earlier run stored, each only after this session relies on it.</summary>
internal sealed class RelyingNodeStore(INodeStore nodes, SessionStore store) : INodeStore
{
    public ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken) =>
        nodes.PutAsync(node, cancellationToken);

    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken) =>
        await store.TryReuseAsync(id, cancellationToken)
            ? await nodes.GetAsync(id, cancellationToken)
            : throw new CorruptDataException($"Node {id} of a checkpoint is not in the repository any more.");
}
