using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>An index of which one segment is missing and one is damaged is made again.</summary>
internal sealed class RebuildWork : CrashWorkload
{
    private const string Rebuilt = "the index";

    public override async Task<CrashRun> PrepareAsync()
    {
        var run = await PrepareAsync(("one", 1), ("two", 2), ("three", 3));
        return run.OnDurableDisk(damage: files =>
        {
            var segments = files.Keys.Where(
                path => path.Contains("/index/", StringComparison.Ordinal) && files[path] is not null).ToList();
            Assert.True(segments.Count > 2, "there are to be a missing, a damaged and a good segment");
            files.Remove(segments[0]);
            files[segments[1]]![5] ^= 1;
        });
    }

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        await step(async () =>
        {
            run.Promise(Rebuilt, PromiseKind.MayBe);
            await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
            run.Promise(Rebuilt, PromiseKind.Is);
        });
    }

    /// <summary>What was interrupted is done again; what was reported as done need not be.</summary>
    public override async Task CheckAsync(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        if (promised.GetValueOrDefault(Rebuilt) != PromiseKind.Is)
        {
            using var repository = run.Open();
            await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
        }

        await base.CheckAsync(run, promised);
    }
}
