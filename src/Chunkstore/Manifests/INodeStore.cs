namespace BackupEngine.Chunkstore.Manifests;

/// <summary>Where manifest trees keep their nodes: stored as chunks, in metadata packs. Safe to use from many threads.</summary>
public interface INodeStore
{
    /// <summary>Stores a node unless it is known already, and answers with its id.</summary>
    ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken);

    /// <summary>Reads a node and checks its id.</summary>
    /// <exception cref="Errors.CorruptDataException">The node is missing or its bytes are not those of its id.</exception>
    ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken);
}
