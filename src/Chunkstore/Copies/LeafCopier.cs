using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Copies;

/// <summary>
/// Copies leaves: a chunk that the base has at the same place is the base's; one that the destination is known to hold
/// is referred to; all others are read, checked, named with the destination's key and stored unless known.
/// </summary>
internal sealed class LeafCopier(
    ChunkReader chunks,
    ChunkHasher hasher,
    bool sharesIds,
    ManifestTreeReader tree,
    ManifestTreeReader? known,
    BackupWriter writer,
    CopyCounters counters)
{
    /// <summary>Plain bytes read at once by a lane, or one chunk where that is larger.</summary>
    private const int WindowBytes = 1024 * 1024;

    public async ValueTask CopyAsync(long leaf, CancellationToken cancellationToken)
    {
        var shape = tree.Root.Shape;
        var ids = new ChunkId[shape.ChunksInLeaf(leaf)];
        await tree.ReadLeafAsync(leaf, ids, cancellationToken);
        counters.AddExamined(ids.Length);
        var knownIds = await LeafAsync(known, leaf, cancellationToken);
        var baseIds = await LeafAsync(writer.ParentTree, leaf, cancellationToken);
        var result = new ChunkId[ids.Length];
        var missing = new List<int>();
        for (var i = 0; i < ids.Length; i++)
        {
            if (i < knownIds.Length && i < baseIds.Length && knownIds[i] == ids[i])
            {
                result[i] = baseIds[i];
            }
            else if (sharesIds && !ids[i].IsZero && await writer.TryReuseAsync(ids[i], cancellationToken))
            {
                result[i] = ids[i];
            }
            else if (!ids[i].IsZero)
            {
                missing.Add(i);
            }
        }

        foreach (var window in missing.Chunk(Math.Max(1, WindowBytes / shape.ChunkSizeBytes)))
        {
            await SendAsync(leaf * TreeShape.FanOut, window, ids, result, cancellationToken);
        }

        await writer.Tree.SetLeafAsync(leaf, result, cancellationToken);
    }

    private static async ValueTask<ChunkId[]> LeafAsync(
        ManifestTreeReader? of, long leaf, CancellationToken cancellationToken)
    {
        if (of is null || leaf >= of.Root.Shape.LeafCount)
        {
            return [];
        }

        var ids = new ChunkId[of.Root.Shape.ChunksInLeaf(leaf)];
        await of.ReadLeafAsync(leaf, ids, cancellationToken);
        return ids;
    }

    private async ValueTask SendAsync(
        long leafFirst, int[] window, ChunkId[] ids, ChunkId[] result, CancellationToken cancellationToken)
    {
        var shape = tree.Root.Shape;
        var buffer = new byte[(long)window.Length * shape.ChunkSizeBytes];
        var requests = window.Index().Select(item => new ChunkReadRequest(
            ids[item.Item],
            buffer.AsMemory(item.Index * shape.ChunkSizeBytes, shape.ChunkLength(leafFirst + item.Item)))).ToList();
        await chunks.ReadManyAsync(requests, cancellationToken);
        foreach (var (request, i) in requests.Zip(window))
        {
            counters.AddRead(request.Plain.Length);
            result[i] = sharesIds ? request.Id : hasher.Hash(request.Plain.Span);
            await writer.StoreAsync(result[i], request.Plain, cancellationToken);
        }
    }
}
