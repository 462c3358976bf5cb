using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection.Marking;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Marking;

/// <summary>A repository in memory, with what a mark of it needs.</summary>
internal sealed class MarkedRepository : IDisposable
{
    public const int ChunkSizeBytes = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly IndexCatalog _catalog;

    public MarkedRepository()
    {
        Backend = new LocalDirectoryBackend(_directory.Sub("repository"));
        Repository = Repository.Create(
            Backend, new RepositoryOptions { ChunkSizeBytes = ChunkSizeBytes }, TimeProvider.System);
        _catalog = new IndexCatalog(Backend, Repository.Id);
    }

    public IRepositoryBackend Backend { get; }

    public Repository Repository { get; }

    /// <summary>The keys of the repository, which is not encrypted.</summary>
    public RepositoryKeys Keys()
    {
        var bytes = Backend.ReadAll(ObjectName.Config, RepositoryConfigFile.MaximumBytes);
        var config = RepositoryConfigFile.Read(bytes, "config");
        var ids = new SortableId(TimeProvider.System);
        var store = new KeyStore(Backend, config.RepositoryId, ids, TimeProvider.System);
        return RepositoryKeys.Open(config, store, secret: null);
    }

    public IReadOnlyDictionary<PackId, long> Packs => Backend.List(ObjectKind.Pack)
        .Where(info => PackId.TryParse(info.Name, out _))
        .ToDictionary(info => PackId.TryParse(info.Name, out var id) ? id : default, info => info.LengthBytes);

    /// <summary>A mark from all backups that are there.</summary>
    public async Task<Marker> MarkAsync(
        IReadOnlyList<(PinnedRoot Root, bool IsTolerant)>? roots = null, params IEnumerable<PackId> condemned)
    {
        _catalog.Refresh();
        var marker = new Marker(new MarkerParts
        {
            View = _catalog.View,
            Packs = Packs,
            Condemned = condemned.ToHashSet(),
            Damage = IndexExclusions.None,
            Nodes = new RepositoryNodeStore(Repository.Chunks),
            ChunkSizeBytes = ChunkSizeBytes,
        });
        await marker.MarkAsync(roots ?? Roots(), CancellationToken.None);
        return marker;
    }

    public List<(PinnedRoot Root, bool IsTolerant)> Roots() =>
    [
        .. Repository.ListManifests()
            .Select(manifest => (new PinnedRoot(manifest.Root.RootId, manifest.Root.Shape.VolumeBytes), false)),
    ];

    public void Delete(PackId pack) => Backend.Delete(new ObjectName(ObjectKind.Pack, pack.ToString()));

    public void Dispose()
    {
        _catalog.Release();
        Repository.Dispose();
        _directory.Dispose();
    }
}
