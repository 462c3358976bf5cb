using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Retention;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Sizing;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.Chunkstore.Verification.Rebuild;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>An open repository. Safe to use from many threads and beside other processes.</summary>
public sealed class Repository : IDisposable
{
    private readonly IRepositoryBackend _backend;
    private readonly RepositoryConfig _config;
    private readonly TimeProvider _time;
    private readonly RepositoryKeys _keys;
    private readonly KeyStore _keyStore;
    private readonly IndexCatalog _catalog;
    private readonly ManifestCatalog _manifests;
    private readonly SessionRegistry _sessions;
    private readonly GenerationStore _generations;
    private readonly SortableId _ids;
    private readonly HoldCatalog _holds;
    private readonly BackupRemoval _removal;
    private readonly SpaceReserve _reserve;
    private readonly ReadBufferPool _readBuffers = new();
    private bool _disposed;

    private Repository(IRepositoryBackend backend, RepositoryConfig config, TimeProvider time, RepositorySecret? secret)
    {
        _backend = backend;
        _config = config;
        _time = time;
        _ids = new SortableId(time);
        _keyStore = new KeyStore(backend, config.RepositoryId, _ids, time);
        _keys = RepositoryKeys.Open(config, _keyStore, secret);

        // Keys last as long as the last user: a pack that is begun without one could never be read.
        _catalog = new IndexCatalog(backend, config.RepositoryId, _keys.Dispose);
        _manifests = new ManifestCatalog(backend, _keys.Manifests);
        _sessions = new SessionRegistry(backend, time);
        _holds = new HoldCatalog(backend, _ids);
        Checkpoints = new CheckpointCatalog(backend, _keys.Checkpoints);
        _removal = new BackupRemoval(_holds, _manifests, Checkpoints);
        _reserve = new SpaceReserve(backend, _ids);
        _generations = new GenerationStore(backend, config.RepositoryId);
        Chunks = new ChunkReader(backend, _catalog, _keys, _readBuffers);
        _catalog.Refresh();
    }

    /// <summary>
    /// What the repository does in a slower way because its file system refuses the better one, in words for the log;
    /// empty where there is nothing of that kind. Complete after the first backup.
    /// </summary>
    public IReadOnlyCollection<string> Fallbacks => _backend.Fallbacks;

    /// <summary>Identity of the repository.</summary>
    public Guid Id => _config.RepositoryId;

    /// <summary>Chunk size in bytes.</summary>
    public int ChunkSizeBytes => _config.ChunkSizeBytes;

    /// <summary>What ids are made with; empty where the repository is encrypted.</summary>
    internal string IdKey => _config.IdKey;

    /// <summary>Whether what is stored is encrypted.</summary>
    public bool IsEncrypted => _config.IsEncrypted;

    /// <summary>Whether it is encrypted and was opened without its key.</summary>
    public bool IsLocked => _keys.IsLocked;

    /// <summary>The key slots and the epochs of the data key.</summary>
    public RepositoryKeyRing KeyRing => new(_keyStore, _keys, _config);

    /// <summary>Names data chunks.</summary>
    public ChunkHasher ChunkHasher => _keys.Chunks;

    /// <summary>Reads chunks and nodes back.</summary>
    public ChunkReader Chunks { get; }

    /// <summary>The checkpoints of unfinished backups.</summary>
    internal CheckpointCatalog Checkpoints { get; }

    /// <summary>Creates a repository in a directory, which must not exist or be empty, and opens it.</summary>
    /// <exception cref="RepositoryException">The directory holds something already, or cannot be written.</exception>
    /// <exception cref="RepositoryFormatException">The chunk size is not allowed.</exception>
    public static Repository Create(string directory, RepositoryOptions options) =>
        Create(new LocalDirectoryBackend(directory), options, TimeProvider.System);

    /// <summary>Opens the repository in a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="secret">What opens a key slot, where the repository is encrypted; not needed afterwards.</param>
    /// <exception cref="RepositoryFormatException">Not a repository, or of another format version.</exception>
    /// <exception cref="RepositoryKeyException">The key is missing, wrong, or given where nothing is
    /// encrypted.</exception>
    public static Repository Open(string directory, RepositorySecret? secret = null) =>
        Open(new LocalDirectoryBackend(directory), TimeProvider.System, secret);

    /// <summary>
    /// Opens the repository in a directory without its key, if it has one: for what needs none. All else is
    /// <see cref="RepositoryKeyException"/>.
    /// </summary>
    /// <exception cref="RepositoryFormatException">Not a repository, or of another format version.</exception>
    public static Repository OpenWithoutKey(string directory) =>
        OpenAny(new LocalDirectoryBackend(directory), TimeProvider.System, secret: null);

    internal static Repository Create(IRepositoryBackend backend, RepositoryOptions options, TimeProvider time)
    {
        if (!RepositoryConfigFile.IsChunkSize(options.ChunkSizeBytes))
        {
            throw new RepositoryFormatException(
                $"A chunk size of {options.ChunkSizeBytes} bytes is not allowed: it must be a power of two from "
                + $"{RepositoryConfig.MinimumChunkSizeBytes} to {RepositoryConfig.MaximumChunkSizeBytes}. "
                + "Nothing was changed.");
        }

        if (options.Like is { } like
            && (like.IsEncrypted || options.Secret is not null || like.ChunkSizeBytes != options.ChunkSizeBytes))
        {
            throw new RepositoryFormatException(
                "Chunk ids can be shared only by repositories of one chunk size of which none is encrypted: the ids of "
                + "an encrypted one are as secret as its key. Nothing was changed. Create the repository without "
                + "'like'; copies to it are named anew.");
        }

        backend.Initialize();
        RepositoryCreation.Publish(backend, options, time);
        return Open(backend, time, options.Secret);
    }

    internal static Repository Open(IRepositoryBackend backend, TimeProvider time, RepositorySecret? secret = null)
    {
        var repository = OpenAny(backend, time, secret);
        if (repository.IsLocked)
        {
            repository.Dispose();
            throw new RepositoryKeyException(
                $"The repository in '{backend.Location}' is encrypted and no key was given. Nothing was changed. "
                + "Name a key file or a passphrase.");
        }

        return repository;
    }

    internal static Repository OpenAny(IRepositoryBackend backend, TimeProvider time, RepositorySecret? secret)
    {
        try
        {
            var bytes = backend.ReadAll(ObjectName.Config, RepositoryConfigFile.MaximumBytes);
            var config = RepositoryConfigFile.Read(bytes, backend.Describe(ObjectName.Config));
            return new Repository(backend, config, time, secret);
        }
        catch (ObjectMissingException exception)
        {
            throw new RepositoryFormatException(
                $"'{backend.Location}' is not a repository: it has no file 'config'. Nothing was changed. "
                + "Name the directory of a repository, or create one there.", exception);
        }
    }

    /// <summary>All published backups, oldest first.</summary>
    /// <exception cref="CorruptDataException">A manifest is damaged; its name is in the message.</exception>
    public IReadOnlyList<Manifest> ListManifests() => _manifests.List();

    /// <summary>One published backup.</summary>
    /// <exception cref="BackupNotFoundException">There is none of that id.</exception>
    public Manifest GetManifest(BackupId id) => _manifests.Get(id);

    /// <summary>The backup of a volume that began last, by the clocks of the hosts that made them, or null.</summary>
    public Manifest? FindLatest(string volumeId) =>
        ListManifests().LastOrDefault(manifest => manifest.VolumeId == volumeId);

    /// <summary>Opens the tree of a backup.</summary>
    public ManifestTreeReader OpenTree(Manifest manifest) => new(new RepositoryNodeStore(Chunks), manifest.Root);

    /// <summary>
    /// Removes a backup, or finishes a removal that was interrupted; space comes back with garbage collection. Other
    /// backups are untouched.
    /// </summary>
    /// <exception cref="BackupNotFoundException">There is none of that id.</exception>
    /// <exception cref="BackupProtectedException">It is protected; nothing was changed.</exception>
    public void DeleteBackup(BackupId id, bool keepCheckpoints = false)
    {
        BackupWriterRules.RequireWriter(_config);
        _keys.RequireUnlocked();
        try
        {
            _removal.Delete(id, keepCheckpoints);
        }
        catch (RepositoryFullException) when (_reserve.TryGiveUp())
        {
            _removal.Delete(id, keepCheckpoints);
        }
    }

    /// <summary>
    /// Reserves the little space that deleting and collecting need when the disk is full, unless that was done before.
    /// </summary>
    /// <returns>False where there is no space for it now.</returns>
    public Task<bool> TryReserveSpaceAsync(CancellationToken cancellationToken)
    {
        BackupWriterRules.RequireWriter(_config);
        return _reserve.TryMakeAsync(cancellationToken);
    }

    /// <summary>Keeps a backup from being deleted until its protection is taken away.</summary>
    /// <exception cref="BackupNotFoundException">There is none of that id.</exception>
    /// <exception cref="BackupProtectedException">Its deletion has begun.</exception>
    public void ProtectBackup(BackupId id)
    {
        BackupWriterRules.RequireWriter(_config);
        _removal.Protect(id);
    }

    /// <summary>Takes the protection of a backup away; one without is left as it is.</summary>
    /// <exception cref="BackupNotFoundException">There is none of that id.</exception>
    /// <exception cref="BackupProtectedException">Its deletion has begun.</exception>
    public void UnprotectBackup(BackupId id)
    {
        BackupWriterRules.RequireWriter(_config);
        _removal.Unprotect(id);
    }

    /// <summary>Whether a backup is protected, or its deletion has begun.</summary>
    public HoldState GetHold(BackupId id) => _holds.Find(id).State;

    /// <summary>The backups that are protected or being deleted; others may be missing.</summary>
    public IReadOnlyDictionary<BackupId, HoldState> ListHolds() => _holds.List();

    /// <summary>
    /// The sessions that are registered now or take back what they stored, those of dead processes among them.
    /// </summary>
    public IReadOnlyList<SessionInfo> ListSessions() => _sessions.ListAll();

    /// <summary>Registers a session, then opens a view of what is stored: the writer of one backup.</summary>
    /// <exception cref="BackupExistsException">A backup of that id is there already.</exception>
    /// <exception cref="ArgumentException">An option is not allowed.</exception>
    public BackupWriter BeginBackup(BackupWriterOptions options)
    {
        BackupWriterRules.Require(options, _config);
        _keys.RequireUnlocked();
        _keys.Refresh(_keyStore);
        _manifests.RequireFree(options.BackupId);
        _removal.ForgetFormer(options.BackupId);
        return BackupOpening.Begin(SessionParts, options);
    }

    /// <summary>
    /// Keeps backups from garbage collection while they are read, even if somebody deletes them meanwhile.
    /// </summary>
    /// <exception cref="BackupNotFoundException">One of them is gone, or is another one now.</exception>
    public ReadSession BeginRead(params IReadOnlyList<Manifest> manifests) =>
        ReadSession.Begin(_sessions, _manifests, new SessionId(_ids.Next()), manifests);

    /// <summary>Counts and sizes of what is in the repository.</summary>
    public RepositoryStatistics GetStatistics() =>
        _catalog.Read(view => RepositoryCounting.Count(_backend, view, ListManifests()));

    /// <summary>What the memory of work on the whole repository depends on.</summary>
    public RepositoryScale MeasureScale() =>
        _catalog.Read(view => RepositoryScale.Measure(_backend, view, ChunkSizeBytes, IsEncrypted));

    /// <summary>
    /// Proves that what is stored is good, as far as the level says. What is damaged is noted in the repository, so
    /// that no later backup relies on it; nothing is deleted.
    /// </summary>
    /// <exception cref="RepositoryKeyException">The level needs the key, and it was not given.</exception>
    public Task<VerifyReport> VerifyAsync(
        VerifyOptions options, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        RepositoryVerification.VerifyAsync(VerifierParts, options, progress, cancellationToken);

    /// <summary>
    /// Makes the index again from packs, as far as its segments are damaged or missing. Damaged ones are renamed, never
    /// deleted.
    /// </summary>
    public Task<RebuildReport> RebuildIndexAsync(
        IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        BackupWriterRules.RequireWriter(_config);
        return IndexRebuilder.RunAsync(VerifierParts, progress, cancellationToken);
    }

    /// <summary>
    /// Makes few index segments out of many, beside whatever else goes on, so that lookups stay fast. Nothing but the
    /// index changes.
    /// </summary>
    /// <exception cref="RepositoryException">It failed; the index holds all that it did before.</exception>
    public Task<IndexMergeReport> MergeIndexAsync(IndexMergeOptions options, CancellationToken cancellationToken)
    {
        BackupWriterRules.RequireWriter(_config);
        return IndexMergeRun.RunAsync(MergeParts, options, cancellationToken);
    }

    /// <summary>
    /// Deletes what no backup needs any more, beside running backups, restores and other collections.
    /// </summary>
    /// <exception cref="RepositoryException">What is in use could not be told; nothing was deleted then.</exception>
    /// <exception cref="RepositoryKeyException">The repository was opened without its key.</exception>
    public async Task<CollectReport> CollectAsync(
        CollectOptions options, IProgress<CollectProgress>? progress, CancellationToken cancellationToken)
    {
        BackupWriterRules.RequireWriter(_config);
        _keys.RequireUnlocked();
        _keys.Refresh(_keyStore);
        var report = await Collector.RunAsync(SessionParts, options, progress, cancellationToken);
        progress?.Report(new CollectProgress(CollectPhase.MergingIndex, 0, 0));
        return options.DryRun ? report : await MergeAfterAsync(report, cancellationToken);
    }

    /// <summary>What was proven when.</summary>
    public VerifyStatus GetVerifyStatus() => RepositoryVerification.StatusOf(VerifierParts);

    /// <summary>The backups that a verification found harmed, by their ids.</summary>
    public IReadOnlyDictionary<string, HarmedBackup> ListHarmed() => QuarantineCatalog.Load(_backend, Id).Harmed;

    /// <summary>Closes the repository. What is under way in other threads ends first; nothing new begins.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _readBuffers.Dispose();
            _catalog.Close();
            _backend.Dispose();
        }
    }

    private IndexMergeParts MergeParts => new()
    {
        Backend = _backend,
        Catalog = _catalog,
        RepositoryId = Id,
        Sessions = _sessions,
        Ids = _ids,
        IsCollecting = () => _generations.FindNewest().IsOpen,
    };

    private VerifierParts VerifierParts => new()
    {
        Backend = _backend,
        Catalog = _catalog,
        RepositoryId = Id,
        Keys = _keys,
        Manifests = _manifests,
        OpenTree = OpenTree,
        Sessions = _sessions,
        Ids = _ids,
        Time = _time,
    };

    /// <summary>The space is given back: what happens to the index now is told, and fails nothing.</summary>
    private async Task<CollectReport> MergeAfterAsync(CollectReport report, CancellationToken cancellationToken)
    {
        try
        {
            var merge = await MergeIndexAsync(new IndexMergeOptions(), cancellationToken);
            return report with { IndexMerge = merge, Warnings = [.. report.Warnings, .. merge.Warnings] };
        }
        catch (RepositoryException exception)
        {
            return report.With($"Index segments were not merged: {exception.Message}");
        }
    }

    private SessionParts SessionParts => new()
    {
        Backend = _backend,
        Catalog = _catalog,
        RepositoryId = Id,
        ChunkSizeBytes = ChunkSizeBytes,
        Keys = _keys,
        Manifests = _manifests,
        Sessions = _sessions,
        Generations = _generations,
        Checkpoints = Checkpoints,
        Chunks = Chunks,
        Ids = _ids,
        Reserve = _reserve,
        Time = _time,
    };
}
