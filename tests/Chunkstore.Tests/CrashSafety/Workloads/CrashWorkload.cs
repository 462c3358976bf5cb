namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>Something that is done to a repository, to lose the power or to let calls fail in its middle.</summary>
internal abstract class CrashWorkload
{
    /// <summary>All of them, by what a test calls them.</summary>
    public static IReadOnlyDictionary<string, Func<CrashWorkload>> All { get; } =
        new Dictionary<string, Func<CrashWorkload>>(StringComparer.Ordinal)
        {
            ["an interrupted and resumed backup"] = () => new ResumeWork(),
            ["prune and protection"] = () => new RetentionWork(),
            ["an index merge"] = () => new MergeWork(),
            ["rebuild-index"] = () => new RebuildWork(),
            ["a backup that is given up and rebuild-index"] = () => new GivingUpWork(),
            ["quarantine and a healing backup"] = () => new HealingWork(),
            ["a collection that merges the index"] = () => new CollectionWork(),
        };

    /// <summary>In an ordinary run one call of so many fails, so that all of them are of one length.</summary>
    public virtual int FailingShare => 1;

    /// <summary>The repository before; none of this is explored.</summary>
    public abstract Task<CrashRun> PrepareAsync();

    /// <summary>
    /// Does it. Each part goes through <paramref name="step"/>, which may let it fail and go on with the next one.
    /// </summary>
    public abstract Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step);

    /// <summary>What must hold in a state that a loss of power leaves.</summary>
    public virtual Task CheckAsync(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised) =>
        CrashCheck.RunAsync(run, promised);

    /// <summary>The same promises, with one more.</summary>
    protected static IReadOnlyDictionary<string, PromiseKind> With(
        IReadOnlyDictionary<string, PromiseKind> promised, string subject, PromiseKind kind) =>
        new SortedDictionary<string, PromiseKind>(promised.ToDictionary(), StringComparer.Ordinal) { [subject] = kind };

    /// <summary>A backup of a small volume in a repository of its own.</summary>
    protected static async Task<CrashRun> PrepareAsync(params (string Backup, int Seed)[] backups)
    {
        var run = new CrashRun();
        using var repository = run.Create();
        foreach (var (backup, seed) in backups)
        {
            await run.BackUpAsync(
                repository, backup, Repositories.TestVolume.Mixed(CrashRun.ChunkSize, 8, seed));
        }

        return run;
    }
}
