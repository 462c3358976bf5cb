using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>Counts what is in a repository: listings and pack tables, no chunk is read.</summary>
internal static class RepositoryCounting
{
    public static RepositoryStatistics Count(
        IRepositoryBackend backend, IndexView view, IReadOnlyList<Manifest> manifests)
    {
        var metadata = MetadataPacks(view);
        var packs = backend.List(ObjectKind.Pack).ToLookup(pack => metadata.Contains(pack.Name));
        var (nodes, data) = (packs[true], packs[false]);
        return new RepositoryStatistics
        {
            Backups = manifests.Count,
            VolumeBytes = manifests.Sum(manifest => manifest.Root.Shape.VolumeBytes),
            Chunks = view.Segments.Sum(segment => segment.EntryCount),
            DataPacks = data.Count(),
            DataPackBytes = data.Sum(pack => pack.LengthBytes),
            MetadataPacks = nodes.Count(),
            MetadataPackBytes = nodes.Sum(pack => pack.LengthBytes),
            IndexSegments = view.Segments.Count,
            IndexBytes = view.Segments.Sum(segment => segment.LengthBytes),
            Sessions = backend.List(ObjectKind.Session).Count(info => SessionId.TryParse(info.Name, out _)),
        };
    }

    private static HashSet<string> MetadataPacks(IndexView view) =>
    [
        .. from segment in view.Segments
           from line in Enumerable.Range(0, segment.PackCount)
           let pack = segment.PackAt(line)
           where pack.Type == PackType.Metadata
           select pack.PackId.ToString(),
    ];
}
