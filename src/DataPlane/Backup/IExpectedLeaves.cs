using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Backup;

/// <summary>What the chunks of a volume should be. Safe to use from many threads.</summary>
internal interface IExpectedLeaves
{
    /// <summary>Reads the ids of the chunks of a leaf; answers with their number.</summary>
    ValueTask<int> ReadAsync(long leafIndex, Memory<ChunkId> ids, CancellationToken cancellationToken);
}
