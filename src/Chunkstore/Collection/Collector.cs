using BackupEngine.Chunkstore.Collection.Copying;
using BackupEngine.Chunkstore.Collection.Marking;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// One collection: finds packs that nothing needs, condemns them, waits until everybody knows, looks once more, and
/// deletes those that are still not needed. Others write, read and collect at the same time. docs/concurrency.md says
/// why each step is where it is.
/// </summary>
internal sealed class Collector
{
    private const string NotCopied = "The disk was full: packs of which little is in use were left as they are. "
        + "Collect again when there is space.";

    private const string NoReserve = "There is no space for the reserve that lets a collection begin on a full disk. "
        + "Free some space, or delete backups and collect again.";

    private readonly SessionParts _parts;
    private readonly CollectOptions _options;
    private readonly IProgress<CollectProgress>? _progress;
    private readonly CollectionSession _session;
    private readonly SessionWait _wait;
    private readonly Removal _removal;
    private readonly CollectTotals _totals = new();

    private Collector(
        SessionParts parts, CollectOptions options, IProgress<CollectProgress>? progress, CollectionSession session)
    {
        _parts = parts;
        _options = options;
        _progress = progress;
        _session = session;
        _wait = new SessionWait(parts, session.Id);
        _removal = new Removal(parts, session.Id);
    }

    /// <summary>
    /// Collects in a session of its own. On a full disk the reserve is given up, and nothing is stored again: packs in
    /// which nothing is in use go.
    /// </summary>
    public static async Task<CollectReport> RunAsync(
        SessionParts parts,
        CollectOptions options,
        IProgress<CollectProgress>? progress,
        CancellationToken cancellationToken)
    {
        parts.Catalog.Use();
        try
        {
            if (options.DryRun)
            {
                return await DryCollection.RunAsync(parts, options, progress, cancellationToken);
            }

            parts.Sessions.RemoveDead();
            parts.Sessions.RemoveAbandoned();
            CheckpointRoots.RemoveOld(parts, options.CheckpointAge);
            var report = await RunOnceAsync(parts, options, progress, cancellationToken);
            return await parts.Reserve.TryMakeAsync(cancellationToken) ? report : report.With(NoReserve);
        }
        finally
        {
            parts.Catalog.Release();
        }
    }

    private static async Task<CollectReport> RunOnceAsync(
        SessionParts parts,
        CollectOptions options,
        IProgress<CollectProgress>? progress,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var session = CollectionSession.Begin(parts, options.CopyRecords);
            return await new Collector(parts, options, progress, session).RunAsync(cancellationToken);
        }
        catch (RepositoryFullException) when (parts.Reserve.TryGiveUp() || options.ThresholdPercent > 0)
        {
            var report = await RunOnceAsync(
                parts, options with { ThresholdPercent = 0 }, progress, cancellationToken);
            return options.ThresholdPercent > 0 ? report.With(NotCopied) : report;
        }
    }

    private async Task<CollectReport> RunAsync(CancellationToken cancellationToken)
    {
        bool isMore;
        do
        {
            var last = _parts.Generations.FindNewest();
            while (last.IsOpen)
            {
                last = await FinishAsync(last, cancellationToken);
            }

            isMore = await CondemnAsync(last, cancellationToken);
        }
        while (isMore);

        return _totals.Report(_wait, _removal);
    }

    /// <summary>
    /// Looks for what nothing needs, and condemns it. Whoever loses the race for a number forgets what it has found: it
    /// was found before the other's packs went.
    /// </summary>
    /// <returns>Whether there may be more to collect.</returns>
    private async Task<bool> CondemnAsync(Generation last, CancellationToken cancellationToken)
    {
        Report(CollectPhase.Marking, 0, _parts.Manifests.Count);
        var marks = await Marks.TakeAsync(
            _parts, new HashSet<PackId>(), generation: 0, Reporting(CollectPhase.Marking), cancellationToken);
        _totals.Found(marks);

        // Of another host, it may sleep for ever. It has nothing left to delete: packs are never named again.
        foreach (var session in marks.TakenBack)
        {
            _parts.Sessions.EndTakingBack(session);
        }

        var candidates = new Candidates(marks, _options.ThresholdPercent);
        var condemned = candidates.Dead.Concat(await CopyAsync(marks, candidates, cancellationToken)).ToList();
        var batch = condemned.Take(CollectionFile.MaximumPacks).ToHashSet();
        if (batch.Count == 0)
        {
            return false;
        }

        if (!_parts.Generations.TryPublish(last, batch, _session.Id))
        {
            return true;
        }

        await FinishAsync(_parts.Generations.FindNewest(), cancellationToken);
        return batch.Count < condemned.Count;
    }

    /// <summary>Stores what is in use of partly dead packs once more.</summary>
    /// <returns>The packs that may go now.</returns>
    private async Task<IEnumerable<PackId>> CopyAsync(
        Marks marks, Candidates candidates, CancellationToken cancellationToken)
    {
        if (candidates.Sparse.Count == 0)
        {
            return [];
        }

        Report(CollectPhase.Copying, 0, candidates.Sparse.Count);
        await _session.AvoidAsync(candidates.Dead.Concat(candidates.Sparse));
        var copier = new CopyForward(
            _parts.Backend, _parts.Keys, _options.CopyRecords, _session.Store.StoreAsync);
        var result = await copier.RunAsync(
            marks.Marker, candidates.Sparse, Reporting(CollectPhase.Copying), cancellationToken);
        await _session.Store.CheckpointAsync(cancellationToken);
        _totals.Copied(result);
        return result.Copied;
    }

    /// <summary>Goes on with an open generation from where it is, whoever began it.</summary>
    /// <returns>The highest generation afterwards.</returns>
    private async Task<Generation> FinishAsync(Generation generation, CancellationToken cancellationToken)
    {
        var number = generation.Number;
        if (generation is { IsOpen: true, Deleting: null })
        {
            await _session.PollAsync(cancellationToken);
            generation = await _wait.RunAsync(
                generation,
                _options.FenceAfter,
                waiting => Report(CollectPhase.Waiting, 0, waiting),
                cancellationToken);

            // Meanwhile another collector may have finished this one and opened the next. That one was not waited for,
            // so it must not be judged here: whoever comes back to it waits first.
            if (generation.Number == number)
            {
                generation = await JudgeAsync(generation, cancellationToken);
            }

            if (generation.Number != number)
            {
                return generation;
            }
        }

        if (generation is { IsOpen: true, Deleting: { } deleting })
        {
            Report(CollectPhase.Deleting, 0, deleting.Count);
            await _removal.RunAsync(
                deleting, done => Report(CollectPhase.Deleting, done, deleting.Count), cancellationToken);

            // Last of all: from now on nobody excludes the packs, and they are not there any more.
            _parts.Generations.PublishDone(generation.Number, _session.Id);
            _totals.Finished(generation);

            // Two numbers stay: who lists the directory meanwhile sees one of them at least.
            _parts.Generations.RemoveBefore(generation.Number - 1);
        }

        return _parts.Generations.FindNewest();
    }

    /// <summary>Looks once more, and decides, unless another collector has decided.</summary>
    private async Task<Generation> JudgeAsync(Generation generation, CancellationToken cancellationToken)
    {
        if (generation.IsDone || generation.Deleting is not null)
        {
            return generation;
        }

        Report(CollectPhase.MarkingAgain, 0, _parts.Manifests.Count);
        try
        {
            var marks = await Marks.TakeAsync(
                _parts,
                generation.Packs,
                generation.Number,
                Reporting(CollectPhase.MarkingAgain),
                cancellationToken);
            var deleting = generation.Packs.Where(pack => !marks.IsNeeded(pack)).ToList();

            // What was seen must not come back, and what was relied on must not go, with the next power failure.
            _parts.Manifests.FlushNames();
            _parts.Catalog.FlushNames();
            _parts.Generations.TryPublishVerdict(generation.Number, deleting, _session.Id);
        }
        catch (RepositoryException) when (IsDecided(generation))
        {
            // Another collector has decided meanwhile and deletes: what was looked at, or was said, is gone.
        }

        return _parts.Generations.FindNewest();
    }

    private bool IsDecided(Generation generation)
    {
        var newest = _parts.Generations.FindNewest();
        return newest.Number != generation.Number || newest.IsDone || newest.Deleting is not null;
    }

    private Action<long, long> Reporting(CollectPhase phase) => (done, total) => Report(phase, done, total);

    private void Report(CollectPhase phase, long done, long total) =>
        _progress?.Report(new CollectProgress(phase, done, total));
}
