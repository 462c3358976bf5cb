using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.Chunkstore.Verification.Trees;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Writes one backup: stores chunks, builds the tree, and publishes the manifest last. Lanes call it from many threads.
/// Disposed without <see cref="CommitAsync"/>: nothing is published; packs that no index segment names are deleted.
/// </summary>
/// <remarks>
/// A store that failed or was cancelled makes the backup impossible to commit: another lane may already count on that
/// chunk. Memory stays within about 60 MiB whatever the size of the volume: pack buffers, and 64 bytes for each of at
/// most twice 256 Ki new chunks.
/// </remarks>
public sealed class BackupWriter : IAsyncDisposable
{
    private readonly BackupWriterOptions _options;
    private readonly SessionContext _context;
    private readonly SessionRegistry _registry;
    private readonly ManifestFile _manifests;
    private readonly CheckpointCatalog _checkpoints;
    private readonly CheckpointLog _log;
    private readonly SessionStore _store;
    private readonly SessionNodeStore _nodes;
    private readonly IObjectWriter _ticket;
    private readonly GenerationFollower _follower;
    private readonly SessionPoller _poller;
    private readonly DateTimeOffset _createdAt;
    private bool _disposed;

    internal BackupWriter(BackupWriterOptions options, BackupWriterParts parts)
    {
        _options = options;
        _context = parts.Context;
        _registry = parts.Registry;
        _manifests = parts.Manifests;
        _createdAt = parts.CreatedAt;
        _checkpoints = parts.Checkpoints;
        _log = new CheckpointLog(parts.Checkpoints, parts.Context.SessionId, options, parts.Time);
        _store = new SessionStore(parts.Context, options, _log);
        _nodes = new SessionNodeStore(_store, parts.Chunks, parts.NodeHasher);
        _ticket = parts.Ticket;
        _follower = parts.Follower;
        _poller = new SessionPoller(PollAsync, parts.Time);
        var shape = new TreeShape(options.VolumeBytes, parts.Context.ChunkSizeBytes);
        ParentTree = options.Parent is { } parent ? new ManifestTreeReader(_nodes, parent.Root) : null;
        Tree = ParentTree is { } tree
            ? ManifestTreeBuilder.OnTopOf(tree, _nodes, shape)
            : new ManifestTreeBuilder(_nodes, shape, parent: null);
    }

    /// <summary>What a writer holds in pack buffers at most, in bytes.</summary>
    public const int PackBufferBytes = PackStreams.BufferBytes;

    /// <summary>The session that this writer is registered as.</summary>
    public SessionId SessionId => _context.SessionId;

    /// <summary>The tree of this backup, on top of the parent's.</summary>
    public ManifestTreeBuilder Tree { get; }

    /// <summary>The parent's tree, or null for a full backup.</summary>
    public ManifestTreeReader? ParentTree { get; }

    /// <summary>
    /// Whether places of the repository are known to be damaged: chunks that are the parent's have to be stored then as
    /// well, because theirs may be among them. What is whole is not stored again.
    /// </summary>
    public bool MustStoreUnchanged => !_context.Damage.IsEmpty;

    /// <summary>What of the parent cannot be relied on; nothing where nothing is known to be damaged.</summary>
    public Task<ParentHarm> FindParentHarmAsync(CancellationToken cancellationToken) =>
        ParentTree is { } parent && MustStoreUnchanged
            ? ParentHarm.FindAsync(parent, _context, cancellationToken)
            : Task.FromResult(ParentHarm.None);

    /// <summary>
    /// Stores a chunk unless the repository or this session holds it already: looks up, compresses, appends to a pack.
    /// </summary>
    /// <param name="id">Its id from the repository's hasher; never the zero sentinel.</param>
    /// <param name="plain">Its bytes; the caller's again when the task has completed.</param>
    /// <param name="cancellationToken">Cancels the wait for a pack's writer; the backup can then no longer be
    /// committed.</param>
    /// <returns>Bytes that the chunk newly occupies in a pack, its record header included; 0 when it was
    /// known.</returns>
    /// <exception cref="RepositoryFullException">The disk is full.</exception>
    public ValueTask<int> StoreAsync(ChunkId id, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (id.IsZero || plain.IsEmpty || plain.Length > _context.ChunkSizeBytes)
        {
            throw new ArgumentException(
                $"A chunk of {plain.Length} bytes with id {id} cannot be stored: 1 to {_context.ChunkSizeBytes} bytes "
                + "with an id that is not zero are allowed.", nameof(plain));
        }

        return _store.StoreAsync(PackType.Data, id, plain, cancellationToken);
    }

    /// <summary>A batch for <see cref="StoreManyAsync"/>, for one lane; the caller's to dispose of.</summary>
    public ChunkBatch NewBatch() => new(_context.ChunkSizeBytes, encrypts: _context.DataKeys is not null);

    /// <summary>
    /// Stores the chunks of a batch unless the repository or this session holds them already, as <see
    /// cref="StoreAsync"/> does with one.
    /// </summary>
    /// <param name="batch">The chunks; afterwards, those that were new.</param>
    /// <param name="clock">Charged with what it takes, stage by stage.</param>
    /// <param name="cancellationToken">Cancels the wait for a pack's writer; the backup can then no longer be
    /// committed.</param>
    /// <exception cref="RepositoryFullException">The disk is full.</exception>
    public ValueTask StoreManyAsync(ChunkBatch batch, StageClock clock, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _store.StoreManyAsync(batch, clock, cancellationToken);
    }

    /// <summary>
    /// Whether the repository or this session holds a chunk; where it does, the backup may refer to it as if it had
    /// been stored by <see cref="StoreAsync"/>.
    /// </summary>
    internal ValueTask<bool> TryReuseAsync(ChunkId id, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _store.TryReuseAsync(id, cancellationToken);
    }

    /// <summary>
    /// Goes on from the checkpoints of an interrupted run of the same work, and publishes checkpoints of this one from
    /// now on. To be called once, before the first leaf is set.
    /// </summary>
    /// <param name="scope">Which part of the volume is read.</param>
    /// <param name="cancellationToken">Cancels it; the backup cannot be gone on with then.</param>
    /// <param name="isSame">
    /// Compares a sample of what would be gone on with, never an empty one, with the source. Where it says no, nothing
    /// is gone on with, and <see cref="ResumedLeaves.ReadEverything"/> is set. Null where nobody compares.
    /// </param>
    /// <returns>The leaves that need not be read and may not be set.</returns>
    public async Task<ResumedLeaves> ResumeAsync(
        ReadScope scope,
        CancellationToken cancellationToken,
        Func<IReadOnlyList<SampledLeaf>, CancellationToken, Task<bool>>? isSame = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var work = CheckpointWork.Of(_options, _context.ChunkSizeBytes, scope);
        var resumer = new CheckpointResumer(_checkpoints, _store, _nodes, Tree);
        var leaves = await resumer.RunAsync(work, _options.Resume, isSame, cancellationToken);
        _log.Start(leaves.ReadEverything ? work with { Scope = ReadScope.Everything } : work, resumer.LastNumber);
        return leaves;
    }

    /// <summary>Sets a leaf whose chunks are stored, and notes it for the next checkpoint.</summary>
    public async ValueTask SetLeafAsync(
        long leafIndex, ReadOnlyMemory<ChunkId> ids, CancellationToken cancellationToken)
    {
        _log.Add(new FinishedLeaf(leafIndex, await Tree.SetAndReferAsync(leafIndex, ids, cancellationToken)));
        await _store.CheckpointIfDueAsync(cancellationToken);
    }

    /// <summary>Notes that a leaf was read and is as the parent has it.</summary>
    public ValueTask KeepLeafAsync(long leafIndex, CancellationToken cancellationToken)
    {
        _log.Add(new FinishedLeaf(leafIndex, Reference: null));
        return _store.CheckpointIfDueAsync(cancellationToken);
    }

    /// <summary>Why no more checkpoints are written, in words; null while they are.</summary>
    public string? CheckpointFailure => _log.Failure;

    /// <summary>
    /// Makes packs and index durable, completes the tree, and publishes the manifest: the only commit point.
    /// </summary>
    /// <param name="counters">What the pipeline counted; the writer adds what it stored itself (chunks, bytes new,
    /// stored, metadata).</param>
    /// <param name="cancellationToken">Cancels before the publication; never in its middle.</param>
    /// <exception cref="BackupExistsException">A backup of that id was published meanwhile.</exception>
    public async Task<Manifest> CommitAsync(SourceCounters counters, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _log.Stop();
        var root = await Tree.CompleteAsync(cancellationToken);
        await _store.CheckpointAsync(cancellationToken);
        _context.Catalog.FlushNames();
        await PollAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_registry.IsRegistered(SessionId))
        {
            throw EndedByAnother(cause: null);
        }

        var manifest = await PublishAsync(Describe(root, counters));
        RemoveCheckpoints();
        return manifest;
    }

    /// <summary>
    /// Looks whether packs were condemned since the last time, and tells the collector which of them this backup relies
    /// on. A collector waits for that.
    /// </summary>
    internal Task PollAsync(CancellationToken cancellationToken) => _follower.PollAsync(_store, cancellationToken);

    /// <summary>Ends the session; without a commit, gives up what was stored and nobody else can know of.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            await _poller.DisposeAsync();
            await _store.DisposeAsync();
        }
        finally
        {
            _follower.Dispose();
            _ticket.Dispose();
            _registry.TryRemove(SessionId);
            _context.Catalog.Release();
        }
    }

    /// <summary>Nothing depends on their removal: a finished backup is never gone on with.</summary>
    private void RemoveCheckpoints()
    {
        try
        {
            _checkpoints.RemoveAll(_options.BackupId);
        }
        catch (RepositoryException)
        {
            // The backup is published; garbage collection removes what is old.
        }
    }

    private Manifest Describe(TreeRoot root, SourceCounters counters)
    {
        var stored = _store.Counters;
        var manifest = new Manifest
        {
            BackupId = _options.BackupId,
            VolumeId = _options.VolumeId,
            ParentId = _options.CopyOf is { } original ? original.ParentId : _options.Parent?.BackupId,
            CreatedAt = _options.CopyOf?.CreatedAt ?? _createdAt,
            Root = root,
            BaseToken = _options.BaseToken,
            RereadPositionBytes = counters.RereadPositionBytes,
            Statistics = new BackupStatistics
            {
                BytesRead = counters.BytesRead,
                ZeroBytes = counters.ZeroBytes,
                BytesUnchanged = counters.BytesUnchanged,
                ChunksNew = stored.ChunksNew,
                BytesNew = stored.BytesNew,
                BytesStored = stored.BytesStored,
                MetadataBytes = stored.MetadataBytes,
            },
        };
        return manifest with
        {
            Statistics = manifest.Statistics with
            {
                MetadataBytes = stored.MetadataBytes + _manifests.LengthOf(manifest),
            },
        };
    }

    private RepositoryException EndedByAnother(Exception? cause) => new(
        $"Session {SessionId} of backup '{_options.BackupId}' was ended by another process. "
        + "Nothing was published. Run the backup again.", cause!);

    /// <summary>
    /// Writes the ticket and gives it the backup's name. Whoever ended this session has taken the ticket away first.
    /// </summary>
    private async Task<Manifest> PublishAsync(Manifest manifest)
    {
        var name = new ObjectName(ObjectKind.Manifest, manifest.BackupId.Value);
        try
        {
            await _ticket.WriteAsync(_manifests.Write(manifest), CancellationToken.None);
            await _ticket.PublishAsync(CancellationToken.None);
            _context.Backend.FlushNames([name]);
            return manifest;
        }
        catch (ObjectMissingException exception)
        {
            throw EndedByAnother(exception);
        }
        catch (ObjectExistsException exception)
        {
            throw new BackupExistsException(
                $"A backup '{manifest.BackupId}' was published meanwhile; it was not touched. "
                + "Choose another id.", exception);
        }
        catch (RepositoryException exception) when (_context.Backend.FindLength(name) is not null)
        {
            var message = $"Backup '{manifest.BackupId}' is in the repository, but it may be lost with the next power "
                + $"failure: {exception.Message} When the disk is in order, delete it and run it again.";
            throw exception is RepositoryFullException
                ? new RepositoryFullException(message, exception)
                : new RepositoryException(message, exception);
        }
    }
}
