using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// Carries a verdict out. All of it may be done twice, by this collector or by another one: names of packs and segments
/// are never used again.
/// </summary>
internal sealed class Removal(SessionParts parts, SessionId session)
{
    private readonly IndexMerger _merger = new(parts.Backend, parts.RepositoryId, session, parts.Ids);
    private readonly List<string> _warnings = [];

    /// <summary>Packs that this collector deleted.</summary>
    public long Packs { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>What could not be done.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>
    /// Deletes packs, with the entries of the index that name them. An entry that stays is harmless: nobody begins to
    /// rely on a pack that is not there.
    /// </summary>
    public async Task RunAsync(
        IReadOnlySet<PackId> deleting, Action<long> onDeleted, CancellationToken cancellationToken)
    {
        if (deleting.Count == 0)
        {
            return;
        }

        var isIndexed = await TryReplaceSegmentsAsync(deleting, cancellationToken);
        foreach (var pack in deleting)
        {
            Delete(new ObjectName(ObjectKind.Pack, pack.ToString()));
            onDeleted(Packs);
        }

        if (!isIndexed && !await TryReplaceSegmentsAsync(deleting, cancellationToken))
        {
            _warnings.Add("There was no space to write the index again without the packs that were deleted. "
                + "That does no harm.");
        }
    }

    private void Delete(ObjectName name)
    {
        var length = parts.Backend.FindLength(name);
        if (parts.Backend.Delete(name))
        {
            Packs++;
            Bytes += length ?? 0;
        }
    }

    /// <summary>False on a full disk: packs go first then.</summary>
    private async Task<bool> TryReplaceSegmentsAsync(IReadOnlySet<PackId> packs, CancellationToken cancellationToken)
    {
        try
        {
            parts.Catalog.RefreshSurely();
            foreach (var segment in parts.Catalog.View.Segments.Where(segment => Names(segment, packs)))
            {
                await ReplaceAsync(segment.Id, packs, cancellationToken);
            }

            parts.Catalog.Refresh();
            return true;
        }
        catch (RepositoryFullException)
        {
            return false;
        }
    }

    /// <summary>The new segment is durable before the old one goes.</summary>
    private async Task ReplaceAsync(SegmentId segment, IReadOnlySet<PackId> packs, CancellationToken cancellationToken)
    {
        try
        {
            await _merger.MergeAsync([segment], packs, cancellationToken);
            parts.Backend.Delete(new ObjectName(ObjectKind.Index, segment.ToString()));
        }
        catch (ObjectMissingException)
        {
            // Another collector has replaced it, or it was merged.
        }
        catch (CorruptDataException exception)
        {
            _warnings.Add($"{exception.Message} It was left as it is.");
        }
    }

    private static bool Names(IndexSegment segment, IReadOnlySet<PackId> packs)
    {
        for (var line = 0; line < segment.PackCount; line++)
        {
            if (packs.Contains(segment.PackAt(line).PackId))
            {
                return true;
            }
        }

        return false;
    }
}
