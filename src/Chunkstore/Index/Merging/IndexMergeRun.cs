using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Index.Merging;

/// <summary>
/// Merges segments as the policy says, in a session of its own, beside whatever else goes on. A new segment is durable
/// before those that it is made of are deleted, so an end at any point leaves entries twice and none missing; so do two
/// who merge the same at once.
/// </summary>
internal sealed class IndexMergeRun
{
    private static readonly HashSet<PackId> NoPacks = [];

    private readonly IndexMergeParts _parts;
    private readonly IndexMergeOptions _options;
    private readonly SessionId _session;
    private readonly IndexMerger _merger;
    private readonly HashSet<SegmentId> _leftAlone = [];
    private readonly List<string> _warnings = [];
    private int _merges;
    private long _entries;

    private IndexMergeRun(IndexMergeParts parts, IndexMergeOptions options, SessionId session)
    {
        _parts = parts;
        _options = options;
        _session = session;
        _merger = new IndexMerger(parts.Backend, parts.RepositoryId, session, parts.Ids);
    }

    /// <summary>Merges until the policy has nothing more to say.</summary>
    public static async Task<IndexMergeReport> RunAsync(
        IndexMergeParts parts, IndexMergeOptions options, CancellationToken cancellationToken)
    {
        parts.Catalog.Use();
        var session = new SessionId(parts.Ids.Next());
        var registered = false;
        try
        {
            parts.Catalog.Refresh();
            var before = parts.Catalog.View.Segments.Count;
            var run = new IndexMergeRun(parts, options, session);
            if (run.Next().Count > 0)
            {
                registered = true;
                parts.Sessions.Register(session, SessionKinds.Merge, "index");
                parts.Sessions.RemoveDead();
                await run.MergeAllAsync(cancellationToken);
            }

            return run.Report(before);
        }
        finally
        {
            if (registered)
            {
                parts.Sessions.TryRemove(session);
            }

            parts.Catalog.Release();
        }
    }

    private async Task MergeAllAsync(CancellationToken cancellationToken)
    {
        for (var group = Next(); group.Count > 0 && MayGoOn(); group = Next())
        {
            try
            {
                await MergeAsync(group, cancellationToken);
            }
            catch (ObjectMissingException)
            {
                // Somebody else merged it; what that one made is in the next view.
            }
            catch (CorruptDataException exception)
            {
                _leftAlone.UnionWith(group);
                _warnings.Add($"{group.Count} index segments were not merged: {exception.Message}");
            }

            _parts.Catalog.Refresh();
        }
    }

    private IReadOnlyList<SegmentId> Next() => IndexMergePolicy.Choose(
        _parts.Catalog.View.Segments.Where(segment => !_leftAlone.Contains(segment.Id)).Select(SegmentSize.Of),
        _options.MaximumEntries);

    private bool MayGoOn()
    {
        if (!_parts.IsCollecting())
        {
            return true;
        }

        _warnings.Add("Index segments were not merged: garbage collection is under way.");
        return false;
    }

    private async Task MergeAsync(IReadOnlyList<SegmentId> group, CancellationToken cancellationToken)
    {
        var merged = await _merger.MergeAsync(group, NoPacks, cancellationToken, MayPublish);
        if (merged is not { } id)
        {
            // Given up at the last moment; the next look says why.
            return;
        }

        using (var segment = IndexSegment.Open(_parts.Backend, id, _parts.RepositoryId))
        {
            _entries += segment.EntryCount;
        }

        _merges++;
        foreach (var old in group)
        {
            _parts.Backend.Delete(new ObjectName(ObjectKind.Index, old.ToString()));
        }
    }

    /// <summary>Who was ended by somebody, or overtaken by a collection, publishes nothing.</summary>
    private bool MayPublish()
    {
        if (!_parts.Sessions.IsRegistered(_session))
        {
            throw new RepositoryException(
                $"Session {_session} of merging the index was ended by another process. The index is as it was.");
        }

        return !_parts.IsCollecting();
    }

    private IndexMergeReport Report(int before) => new()
    {
        SegmentsBefore = before,
        SegmentsAfter = _parts.Catalog.View.Segments.Count,
        Merges = _merges,
        EntriesMerged = _entries,
        Warnings = _warnings,
    };
}
