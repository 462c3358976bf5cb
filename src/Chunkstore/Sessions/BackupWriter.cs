using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Writes one backup: stores chunks, builds the tree, and publishes the manifest last. Lanes call it from many threads.
/// Disposed without <see cref="CommitAsync"/>: nothing is published; packs already closed stay unreferenced until collected.
/// </summary>
public sealed class BackupWriter : IAsyncDisposable
{
    /// <summary>The tree of this backup, on top of the parent's.</summary>
    public ManifestTreeBuilder Tree => throw new NotImplementedException();

    /// <summary>The parent's tree, or null for a full backup.</summary>
    public ManifestTreeReader? ParentTree => throw new NotImplementedException();

    /// <summary>Stores a chunk unless the repository or this session holds it already: looks up, compresses, appends to a pack.</summary>
    /// <param name="id">Its id from the repository's hasher; never the zero sentinel.</param>
    /// <param name="plain">Its bytes; the caller's again when the task has completed.</param>
    /// <param name="cancellationToken">Cancels the wait for a pack's writer.</param>
    /// <returns>Bytes that the chunk newly occupies in a pack, its record header included; 0 when it was known.</returns>
    /// <exception cref="Errors.RepositoryFullException">The disk is full.</exception>
    public ValueTask<int> StoreAsync(ChunkId id, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes packs and index durable, completes the tree, and publishes the manifest: the only commit point.</summary>
    /// <param name="counters">What the pipeline counted; the writer adds what it stored itself (chunks, bytes new, stored, metadata).</param>
    /// <param name="cancellationToken">Cancels before the publication; never in its middle.</param>
    /// <exception cref="Errors.BackupExistsException">A backup of that id was published meanwhile.</exception>
    public Task<Manifest> CommitAsync(SourceCounters counters, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
