using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>One record is damaged; a verification finds it, and a backup of the same volume heals it.</summary>
internal sealed class HealingWork : CrashWorkload
{
    private const string Noted = "the quarantine";
    private const string Healed = "the healing";

    private string _damaged = "";

    public override async Task<CrashRun> PrepareAsync()
    {
        var run = await PrepareAsync(("one", 1));
        return run.OnDurableDisk(damage: files =>
        {
            _damaged = files.Keys.Where(path => path.Contains("/packs/", StringComparison.Ordinal))
                .Where(path => files[path] is { } bytes && bytes[12] == 1).MaxBy(path => files[path]!.Length)!;
            files[_damaged]![files[_damaged]!.Length / 2] ^= 1;
        });
    }

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        var isNoted = false;
        await step(async () =>
        {
            run.Promise(Noted, PromiseKind.MayBe);
            isNoted = (await VerifyAsync(repository)).Warnings.Count == 0;
            run.Promise(Noted, isNoted ? PromiseKind.Is : PromiseKind.MayBe);
        });
        await step(async () =>
        {
            await run.BackUpAsync(repository, "two", run.Volumes["one"]);
            run.Promise(Healed, isNoted ? PromiseKind.Is : PromiseKind.MayBe);
        });
    }

    /// <summary>Nothing is named but what was damaged on purpose; the next backup of the volume heals it.</summary>
    public override async Task CheckAsync(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        using (var repository = run.Open())
        {
            var isNoted = repository.ListHarmed().Count > 0;
            Assert.True(
                isNoted || promised.GetValueOrDefault(Noted) != PromiseKind.Is
                    || promised.GetValueOrDefault(CrashRun.BackupSubject("two")) != PromiseKind.IsNot,
                "what was noted is not known any more");
            var report = await VerifyAsync(repository);
            Assert.Empty(report.Warnings);
            Assert.True(report.Clean || promised.GetValueOrDefault(Healed) != PromiseKind.Is, "it was healed");
            Assert.DoesNotContain(
                report.Faults, fault => fault.Kind != FaultKind.Chunk && fault.File != _damaged);
            var backups = repository.ListManifests().Select(manifest => manifest.BackupId.Value).ToList();
            Assert.Subset(backups.ToHashSet(), report.Harmed.Select(backup => backup.BackupId).ToHashSet());

            await run.BackUpAsync(repository, "heals", run.Volumes["one"]);
            Assert.True((await VerifyAsync(repository)).Clean, "the next backup did not heal");
        }

        await base.CheckAsync(run, With(promised, CrashRun.BackupSubject("heals"), PromiseKind.Is));
    }

    private static Task<VerifyReport> VerifyAsync(Repository repository) => repository.VerifyAsync(
        new VerifyOptions { Level = VerifyLevel.Data, Lanes = 1 }, progress: null, CancellationToken.None);
}
