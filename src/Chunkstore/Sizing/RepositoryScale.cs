using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sizing;

/// <summary>How much there is in a repository, as far as the memory of work on all of it depends on it.</summary>
/// <param name="Chunks">Entries of the index, nodes among them.</param>
/// <param name="Nodes">Records of metadata packs.</param>
/// <param name="Packs">Packs that are there.</param>
/// <param name="Segments">Segments of the index.</param>
/// <param name="ChunkSizeBytes">Size of a chunk.</param>
/// <param name="IsEncrypted">Whether what is stored is encrypted.</param>
public sealed record RepositoryScale(
    long Chunks, long Nodes, long Packs, int Segments, int ChunkSizeBytes, bool IsEncrypted)
{
    /// <summary>Counts: a listing and the pack tables of the index, no chunk is read.</summary>
    internal static RepositoryScale Measure(
        IRepositoryBackend backend, IndexView view, int chunkSizeBytes, bool isEncrypted) => new(
            view.Segments.Sum(segment => segment.EntryCount),
            view.Segments.Sum(NodesIn),
            backend.List(ObjectKind.Pack).Count,
            view.Segments.Count,
            chunkSizeBytes,
            isEncrypted);

    private static long NodesIn(IndexSegment segment)
    {
        var nodes = 0L;
        for (var line = 0; line < segment.PackCount; line++)
        {
            var pack = segment.PackAt(line);
            nodes += pack.Type == PackType.Metadata ? pack.RecordCount : 0;
        }

        return nodes;
    }
}
