using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>An open repository. Safe to use from many threads and beside other processes.</summary>
public sealed class Repository : IDisposable
{
    private readonly IRepositoryBackend _backend;
    private readonly RepositoryConfig _config;
    private readonly TimeProvider _time;
    private readonly RepositoryKeys _keys;
    private readonly IndexCatalog _catalog;
    private readonly ManifestCatalog _manifests;
    private readonly SessionRegistry _sessions;
    private readonly SortableId _ids;
    private readonly ReadBufferPool _readBuffers = new();
    private bool _disposed;

    private Repository(IRepositoryBackend backend, RepositoryConfig config, TimeProvider time)
    {
        _backend = backend;
        _config = config;
        _time = time;
        _keys = new RepositoryKeys(Convert.FromHexString(config.IdKey));
        _catalog = new IndexCatalog(backend, config.RepositoryId);
        _manifests = new ManifestCatalog(backend, new ManifestFile(config.RepositoryId, _keys.Manifests));
        _sessions = new SessionRegistry(backend, time);
        _ids = new SortableId(time);
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

    /// <summary>Names data chunks.</summary>
    public ChunkHasher ChunkHasher => _keys.Chunks;

    /// <summary>Reads chunks and nodes back.</summary>
    public ChunkReader Chunks { get; }

    /// <summary>Creates a repository in a directory, which must not exist or be empty, and opens it.</summary>
    /// <exception cref="RepositoryException">The directory holds something already, or cannot be written.</exception>
    /// <exception cref="RepositoryFormatException">The chunk size is not allowed.</exception>
    public static Repository Create(string directory, RepositoryOptions options) =>
        Create(new LocalDirectoryBackend(directory), options, TimeProvider.System);

    /// <summary>Opens the repository in a directory.</summary>
    /// <exception cref="RepositoryFormatException">Not a repository, or of another format version.</exception>
    public static Repository Open(string directory) => Open(new LocalDirectoryBackend(directory), TimeProvider.System);

    internal static Repository Create(IRepositoryBackend backend, RepositoryOptions options, TimeProvider time)
    {
        if (!RepositoryConfigFile.IsChunkSize(options.ChunkSizeBytes))
        {
            throw new RepositoryFormatException(
                $"A chunk size of {options.ChunkSizeBytes} bytes is not allowed: it must be a power of two from "
                + $"{RepositoryConfig.MinimumChunkSizeBytes} to {RepositoryConfig.MaximumChunkSizeBytes}. "
                + "Nothing was changed.");
        }

        backend.Initialize();
        RepositoryCreation.Publish(backend, options, time);
        return Open(backend, time);
    }

    internal static Repository Open(IRepositoryBackend backend, TimeProvider time)
    {
        try
        {
            var bytes = backend.ReadAll(ObjectName.Config, RepositoryConfigFile.MaximumBytes);
            return new Repository(backend, RepositoryConfigFile.Read(bytes, backend.Describe(ObjectName.Config)), time);
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

    /// <summary>Removes a manifest; space comes back with garbage collection. Other backups are untouched.</summary>
    /// <exception cref="BackupNotFoundException">There is none of that id.</exception>
    public void DeleteBackup(BackupId id)
    {
        BackupWriterRules.RequireWriter(_config);
        _manifests.Delete(id);
    }

    /// <summary>The sessions that are registered now, those of dead processes among them.</summary>
    public IReadOnlyList<SessionInfo> ListSessions() => _sessions.List();

    /// <summary>Registers a session, then opens a view of what is stored: the writer of one backup.</summary>
    /// <exception cref="BackupExistsException">A backup of that id is there already.</exception>
    /// <exception cref="ArgumentException">An option is not allowed.</exception>
    public BackupWriter BeginBackup(BackupWriterOptions options)
    {
        BackupWriterRules.Require(options, _config);
        _manifests.RequireFree(options.BackupId);
        var session = new SessionId(_ids.Next());
        _catalog.Use();
        try
        {
            _sessions.Register(session, "backup", options.BackupId.Value);
            _sessions.RemoveDead();
            _catalog.Refresh();
            return _catalog.Damage is { } damage ? throw damage : new BackupWriter(options, Parts(session));
        }
        catch
        {
            _catalog.Release();
            _sessions.TryRemove(session);
            throw;
        }
    }

    /// <summary>Counts and sizes of what is in the repository.</summary>
    public RepositoryStatistics GetStatistics()
    {
        _catalog.Use();
        try
        {
            _catalog.Refresh();
            return RepositoryCounting.Count(_backend, _catalog.View, ListManifests());
        }
        finally
        {
            _catalog.Release();
        }
    }

    /// <summary>Closes the repository. What is under way in other threads ends first; nothing new begins.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _readBuffers.Dispose();
            _catalog.Release();
            _backend.Dispose();
        }
    }

    private BackupWriterParts Parts(SessionId session) => new()
    {
        Context = new SessionContext
        {
            Backend = _backend,
            Catalog = _catalog,
            RepositoryId = Id,
            ChunkSizeBytes = ChunkSizeBytes,
            SessionId = session,
            Ids = _ids,
        },
        Registry = _sessions,
        Manifests = _manifests.File,
        Chunks = Chunks,
        NodeHasher = _keys.Nodes,
        CreatedAt = _time.GetUtcNow(),
    };
}
