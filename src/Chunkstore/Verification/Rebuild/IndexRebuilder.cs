using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Verification.Rebuild;

/// <summary>
/// Makes index segments again from packs alone: for every pack that no good segment names. When they are durable,
/// damaged segments get a name that is no segment's; nothing is deleted.
/// </summary>
internal sealed class IndexRebuilder(VerifierParts parts, IProgress<VerifyProgress>? progress)
{
    private readonly PackRecordReader _reader = new(parts.Backend, parts.RepositoryId, parts.Keys);
    private readonly SegmentBatch _batch = new();
    private readonly List<string> _warnings = [];
    private readonly List<string> _setAside = [];
    private long _segments;
    private long _packs;
    private long _scanned;
    private long _records;

    /// <summary>Rebuilds in a session of its own.</summary>
    public static async Task<RebuildReport> RunAsync(
        VerifierParts parts, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        parts.Catalog.Use();
        var session = new SessionId(parts.Ids.Next());
        try
        {
            parts.Sessions.Register(session, SessionKinds.Merge, "rebuild-index");
            parts.Sessions.RemoveDead();
            return await new IndexRebuilder(parts, progress).RunAsync(session, cancellationToken);
        }
        finally
        {
            parts.Sessions.TryRemove(session);
            parts.Catalog.Release();
        }
    }

    private async Task<RebuildReport> RunAsync(SessionId session, CancellationToken cancellationToken)
    {
        parts.Catalog.RefreshSurely();
        var good = parts.Catalog.View.Segments.Where(segment => segment.FindFault().Length == 0).ToList();
        var damaged = parts.Catalog.View.Segments.Except(good).Select(segment => segment.Id)
            .Concat(parts.Catalog.Damaged.Select(segment => segment.Key)).ToList();
        RefuseOtherVersions();

        // Packs before sessions: the session of a pack that is seen was registered before, so it is seen as well, or it
        // has ended and takes nothing back any more.
        var unnamed = Unnamed(good);
        var owned = new UnnamedPacks(parts.Sessions.ListOwners().Where(id => id != session));
        var free = unnamed.Where(pack => !owned.MayBeOwned(pack.Pack)).ToList();
        if (free.Count < unnamed.Count)
        {
            WarnOfLeftAlone(unnamed.Count - free.Count, damaged.Count);
        }

        await WriteAsync(free, session, cancellationToken);
        SetAside(damaged, owned);
        parts.Catalog.Refresh();
        return new RebuildReport
        {
            GoodSegments = good.Count,
            SetAside = _setAside,
            NewSegments = _segments,
            Packs = _packs,
            ScannedPacks = _scanned,
            Records = _records,
            LeftAlone = unnamed.Count - free.Count,
            Warnings = _warnings,
        };
    }

    /// <summary>A session under way ends by itself; one that takes back on another host may never go on.</summary>
    private void WarnOfLeftAlone(int packs, int damagedSegments)
    {
        if (damagedSegments > 0)
        {
            _warnings.Add(
                $"{packs} packs may be of sessions under way and were left alone. A damaged segment may have named "
                + "them: run 'rebuild-index' again when these sessions have ended, or their backups cannot be read.");
        }

        _warnings.AddRange(parts.Sessions.ListAll().Where(session => session.IsTakingBack).Select(session =>
            $"Session {session.Id} ({session.Owner}) has given up and deletes what it stored; packs that may be its "
            + "own were left alone. Run 'gc', which ends it; where that refuses, and its process has ended for "
            + $"certain, delete sessions/{session.Id}.taking-back. Then run 'rebuild-index' again."));
    }

    /// <summary>A segment of a later version is no damage: setting it aside would take from that version.</summary>
    private void RefuseOtherVersions()
    {
        foreach (var (id, error) in parts.Catalog.Damaged)
        {
            var name = new ObjectName(ObjectKind.Index, id.ToString());
            if (error is RepositoryFormatException && IsHeaderWhole(name))
            {
                throw error;
            }
        }
    }

    private bool IsHeaderWhole(ObjectName name)
    {
        using var file = parts.Backend.Map(name);
        return file.LengthBytes >= IndexHeader.SizeBytes && IndexHeader.IsWhole(file.Slice(0, IndexHeader.SizeBytes));
    }

    private List<(PackId Pack, long LengthBytes)> Unnamed(IEnumerable<IndexSegment> good)
    {
        var named = new HashSet<PackId>();
        foreach (var segment in good)
        {
            for (var line = 0; line < segment.PackCount; line++)
            {
                named.Add(segment.PackAt(line).PackId);
            }
        }

        return
        [
            .. parts.Backend.List(ObjectKind.Pack)
                .Select(info => PackId.TryParse(info.Name, out var pack) ? (pack, info.LengthBytes) : default)
                .Where(pack => pack != default && !named.Contains(pack.pack)),
        ];
    }

    private async Task WriteAsync(
        List<(PackId Pack, long LengthBytes)> packs, SessionId session, CancellationToken cancellationToken)
    {
        var total = packs.Sum(pack => pack.LengthBytes);
        var done = 0L;
        foreach (var (pack, length) in packs)
        {
            if (await _reader.ReadAsync(pack, cancellationToken) is { } records)
            {
                _batch.Add(records);
                _packs++;
                _records += records.Entries.Count;
                _scanned += records.IsScanned ? 1 : 0;
            }
            else
            {
                var name = parts.Backend.Describe(new ObjectName(ObjectKind.Pack, pack.ToString()));
                _warnings.Add($"No record can be found in {name}; it was left as it is.");
            }

            if (_batch.IsFull)
            {
                await WriteSegmentAsync(session, cancellationToken);
            }

            progress?.Report(new VerifyProgress(done += length, total));
        }

        if (!_batch.IsEmpty)
        {
            await WriteSegmentAsync(session, cancellationToken);
        }
    }

    private async Task WriteSegmentAsync(SessionId session, CancellationToken cancellationToken)
    {
        parts.Backend.FlushNames(
            [.. _batch.Packs.Select(pack => new ObjectName(ObjectKind.Pack, pack.PackId.ToString()))]);
        var writer = new IndexSegmentWriter(parts.Backend, parts.RepositoryId, session);
        var id = new SegmentId(parts.Ids.Next());
        await writer.WriteAsync(id, _batch.Packs, _batch.Sorted(), static () => { }, cancellationToken);
        _batch.Clear();
        _segments++;
    }

    private void SetAside(List<SegmentId> damaged, UnnamedPacks owned)
    {
        foreach (var segment in damaged)
        {
            var name = new ObjectName(ObjectKind.Index, segment.ToString());
            if (owned.MayBeOwned(segment.Value))
            {
                _warnings.Add(
                    $"{parts.Backend.Describe(name)} is damaged and may be of a backup that is running; its packs were "
                    + "left alone. Run 'rebuild-index' again when that backup has ended.");
            }
            else if (parts.Backend.SetAside(name))
            {
                _setAside.Add(segment.ToString());
            }
        }
    }
}
