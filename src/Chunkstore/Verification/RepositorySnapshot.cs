using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Verification.Packs;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>
/// The index and the packs as they are at one moment. A pack that the index names and that is not there may just have
/// been collected, so it is looked again until the index says the same twice.
/// </summary>
internal sealed class RepositorySnapshot
{
    private const int MaximumTries = 10;

    private RepositorySnapshot(IRepositoryBackend backend, IndexView view)
    {
        View = view;
        Index = new IndexedPlaces(view);
        Packs = ListPacks(backend);
        Missing = [.. Index.Packs.Where(pack => !Packs.ContainsKey(pack))];
    }

    /// <summary>The index.</summary>
    public IndexView View { get; }

    /// <summary>What it says of packs.</summary>
    public IndexedPlaces Index { get; }

    /// <summary>The packs that are there, with their lengths in bytes.</summary>
    public Dictionary<PackId, long> Packs { get; }

    /// <summary>Packs that the index names and that are not there.</summary>
    public HashSet<PackId> Missing { get; }

    /// <summary>Packs that are there and that the index names.</summary>
    public IEnumerable<PackId> Indexed => Packs.Keys.Where(Index.Names);

    /// <summary>The packs that are there, with their lengths in bytes.</summary>
    public static Dictionary<PackId, long> ListPacks(IRepositoryBackend backend)
    {
        var packs = new Dictionary<PackId, long>();
        foreach (var info in backend.List(ObjectKind.Pack))
        {
            if (PackId.TryParse(info.Name, out var pack))
            {
                packs[pack] = info.LengthBytes;
            }
        }

        return packs;
    }

    public static RepositorySnapshot Take(IRepositoryBackend backend, IndexCatalog catalog)
    {
        catalog.RefreshSurely();
        var snapshot = new RepositorySnapshot(backend, catalog.View);
        for (var tries = 1; snapshot.Missing.Count > 0 && tries < MaximumTries; tries++)
        {
            catalog.RefreshSurely();
            var again = new RepositorySnapshot(backend, catalog.View);
            if (again.Missing.SetEquals(snapshot.Missing))
            {
                return again;
            }

            snapshot = again;
        }

        return snapshot;
    }
}
