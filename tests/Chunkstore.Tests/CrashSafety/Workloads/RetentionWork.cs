using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Retention;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>
/// The oldest backup is protected, survives a prune, loses its protection and goes with the next prune.
/// </summary>
internal sealed class RetentionWork : CrashWorkload
{
    private const string Protection = "the protection";
    private const string Protected = "one";

    public override Task<CrashRun> PrepareAsync() => PrepareAsync((Protected, 1), ("two", 2), ("three", 3));

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        await step(() => ChangeAsync(run, PromiseKind.Is, repository.ProtectBackup));
        await step(() => PruneAsync(run, repository));
        await step(() => ChangeAsync(run, PromiseKind.IsNot, repository.UnprotectBackup));
        await step(() => PruneAsync(run, repository));
    }

    public override async Task CheckAsync(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        using (var repository = run.Open())
        {
            var id = BackupId.Parse(Protected);
            var state = repository.GetHold(id);
            var isThere = repository.ListManifests().Any(manifest => manifest.BackupId == id);
            switch (promised.GetValueOrDefault(Protection))
            {
                case PromiseKind.Is:
                    Assert.Equal(HoldState.Protected, state);
                    Assert.Throws<BackupProtectedException>(() => repository.DeleteBackup(id));
                    break;
                case PromiseKind.IsNot when isThere:
                    Assert.NotEqual(HoldState.Protected, state);
                    break;
                default:
                    break;
            }

            if (isThere && state == HoldState.Protected)
            {
                repository.UnprotectBackup(id);
            }
        }

        await base.CheckAsync(run, promised);
    }

    private static Task ChangeAsync(CrashRun run, PromiseKind kind, Action<BackupId> change)
    {
        run.Promise(Protection, PromiseKind.MayBe);
        change(BackupId.Parse(Protected));
        run.Promise(Protection, kind);
        return Task.CompletedTask;
    }

    private static Task PruneAsync(CrashRun run, Repository repository)
    {
        var decisions = RetentionPolicy.Decide(
            repository.ListManifests(),
            repository.ListHolds(),
            new RetentionRules { Last = 1 },
            DateTimeOffset.UtcNow);
        foreach (var decision in decisions.Where(decision => !decision.Keep))
        {
            run.Delete(repository, decision.Backup.BackupId.Value);
        }

        return Task.CompletedTask;
    }
}
