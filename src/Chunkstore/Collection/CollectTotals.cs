using BackupEngine.Chunkstore.Collection.Copying;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>What a collection has found and done so far.</summary>
internal sealed class CollectTotals
{
    private readonly List<string> _warnings = [];
    private Marks? _first;
    private long _rescued;
    private long _records;
    private long _bytes;
    private long _damaged;

    /// <summary>The report is about what was there at the beginning.</summary>
    public void Found(Marks marks) => _first ??= marks;

    public void Copied(CopyResult result)
    {
        _records += result.Records;
        _bytes += result.Bytes;
        _damaged += result.Kept.Count;
        _warnings.AddRange(result.Kept.Select(
            pack => $"Pack {pack.Key} was kept because it is damaged {pack.Value}. Run 'verify'."));
    }

    public void Finished(Generation generation) =>
        _rescued += generation.Packs.Count - (generation.Deleting?.Count ?? 0);

    public CollectReport Report(SessionWait wait, Removal removal) => Empty(_first!) with
    {
        DeletedPacks = removal.Packs,
        DeletedBytes = removal.Bytes,
        RescuedPacks = _rescued,
        CopiedRecords = _records,
        CopiedBytes = _bytes,
        DamagedPacks = _damaged,
        WaitedForSessions = wait.WaitedFor,
        FencedSessions = wait.Fenced.Count,
        Warnings =
        [
            .. _warnings,
            .. removal.Warnings,
            .. wait.Fenced.Select(session =>
                $"Session {session.Id} ({session.Kind} '{session.Subject}', {session.Owner}) did not answer and was "
                + "ended. It publishes nothing; run it again."),
        ],
    };

    /// <summary>What was found, with nothing done.</summary>
    public static CollectReport Empty(Marks marks) => new()
    {
        Backups = marks.Roots.Backups,
        Packs = marks.Packs.Count,
        PackBytes = marks.Packs.Values.Sum(),
        LiveBytes = marks.Marker.Liveness.Packs.Values.Sum(pack => pack.LiveBytes),
        DeletedPacks = 0,
        DeletedBytes = 0,
        RescuedPacks = 0,
        CopiedRecords = 0,
        CopiedBytes = 0,
        DamagedPacks = 0,
        WaitedForSessions = 0,
        FencedSessions = 0,
        DryRun = false,
    };
}
