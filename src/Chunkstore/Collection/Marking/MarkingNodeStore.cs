using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>
/// Marks every node that is read: those that a patch stands on are read for it, and are needed as it is.
/// </summary>
internal sealed class MarkingNodeStore(INodeStore nodes, LiveEntries entries) : INodeStore
{
    public ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Nothing is stored while marking.");

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken)
    {
        Marker.Require(id, entries.TryMark(id, out _));
        return nodes.GetAsync(id, cancellationToken);
    }
}
