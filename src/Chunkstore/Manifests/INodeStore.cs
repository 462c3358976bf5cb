namespace BackupEngine.Chunkstore.Manifests;

/// <summary>
/// Where manifest trees keep their nodes: stored as chunks, in metadata packs. Safe to use from many threads.
/// </summary>
public interface INodeStore
{
    /// <summary>Stores a node unless it is known already, and answers with its id.</summary>
    /// <remarks>
    /// From then on this store reads the node back, though nobody else may before the backup is published.
    /// </remarks>
    ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken);

    /// <summary>Reads a node and checks its id.</summary>
    /// <remarks>The bytes are the caller's for as long as it likes; they are never reused.</remarks>
    /// <exception cref="Errors.CorruptDataException">
    /// The node is missing or its bytes are not those of its id.
    /// </exception>
    ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken);
}
