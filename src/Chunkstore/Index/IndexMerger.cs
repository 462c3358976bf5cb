using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// Makes one segment out of several. They are read from end to end and checked against their digests before the new one
/// is published: damage is never merged away. Memory: half a MiB for each segment, and 28 bytes for each pack.
/// </summary>
internal sealed class IndexMerger(IRepositoryBackend backend, Guid repositoryId, SessionId owner, SortableId ids)
{
    private readonly IndexSegmentWriter _writer = new(backend, repositoryId, owner);

    /// <summary>
    /// Publishes a segment, durably, with all entries of others but those of packs to be left out. The old segments
    /// stay: they may be deleted when this has returned.
    /// </summary>
    /// <param name="segments">The segments.</param>
    /// <param name="leftOut">Packs to be left out.</param>
    /// <param name="cancellationToken">Cancels before the publication.</param>
    /// <param name="mayPublish">Asked at the last moment; with false nothing is published.</param>
    /// <returns>The new segment; null where nothing was published, because no entry is left or it was not to
    /// be.</returns>
    /// <exception cref="CorruptDataException">A segment is damaged; nothing was published.</exception>
    /// <exception cref="ObjectMissingException">A segment was deleted meanwhile; nothing was published.</exception>
    public async Task<SegmentId?> MergeAsync(
        IReadOnlyCollection<SegmentId> segments,
        IReadOnlySet<PackId> leftOut,
        CancellationToken cancellationToken,
        Func<bool>? mayPublish = null)
    {
        var opened = new List<IndexSegment>();
        try
        {
            foreach (var id in segments)
            {
                opened.Add(IndexSegment.Open(backend, id, repositoryId));
            }

            var packs = new UnitedPacks(opened, leftOut);
            RequireRoom(packs.Count, opened.Sum(segment => segment.EntryCount));
            var merged = new SegmentId(ids.Next());
            var entries = new MergedEntries(backend, opened, packs);
            var bytes = packs.Count > 0
                ? await _writer.WriteAsync(merged, packs, entries, mayPublish, cancellationToken)
                : 0;
            return bytes > 0 ? merged : null;
        }
        finally
        {
            opened.ForEach(segment => segment.Dispose());
        }
    }

    private static void RequireRoom(int packs, long entries)
    {
        if (packs > IndexHeader.MaximumPacks || entries > IndexHeader.MaximumEntries)
        {
            throw new ArgumentException(
                $"{entries} entries of {packs} packs do not fit into one index segment: at most "
                + $"{IndexHeader.MaximumEntries} of {IndexHeader.MaximumPacks} do.");
        }
    }
}
