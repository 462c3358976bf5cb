namespace BackupEngine.Chunkstore.Repositories;

/// <summary>Reads chunks back; every chunk is checked against its id before it is handed over. Safe to use from many threads.</summary>
public sealed class ChunkReader
{
    /// <summary>Whether the repository holds a chunk.</summary>
    public bool Contains(ChunkId id) => throw new NotImplementedException();

    /// <summary>Reads one chunk; <paramref name="plain"/> has its exact plain length.</summary>
    /// <exception cref="Errors.CorruptDataException">Missing, damaged, or of another length.</exception>
    public ValueTask ReadAsync(ChunkId id, Memory<byte> plain, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads many chunks, in the order in which they lie in their packs, neighbours with one read.</summary>
    /// <exception cref="Errors.CorruptDataException">Any of them is missing, damaged, or of another length.</exception>
    public ValueTask ReadManyAsync(IReadOnlyList<ChunkReadRequest> requests, CancellationToken cancellationToken) => throw new NotImplementedException();
}
