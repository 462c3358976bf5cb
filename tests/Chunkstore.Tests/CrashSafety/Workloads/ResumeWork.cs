using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Checkpoints;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>A backup with a checkpoint after each leaf that is interrupted, and goes on.</summary>
internal sealed class ResumeWork : CrashWorkload
{
    private const string Backup = "one";
    private const string LeavesPrefix = "finished leaves ";
    private const int Leaves = 3;

    private readonly TestVolume _volume = Volume();

    public override int FailingShare => 2;

    public override Task<CrashRun> PrepareAsync() => PrepareAsync([]);

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        run.Volumes[Backup] = _volume;
        run.Promise(CrashRun.BackupSubject(Backup), PromiseKind.MayBe);
        await step(async () =>
        {
            var first = new InterruptedBackup(_volume, Options()) { StopAfterLeaves = 2 };
            try
            {
                await first.RunAsync(repository);
            }
            catch (OperationCanceledException)
            {
                // As asked for.
            }
        });
        await step(() =>
        {
            var finished = repository.Checkpoints.List(BackupId.Parse(Backup))
                .Sum(name => repository.Checkpoints.TryRead(name)!.Leaves.Count);
            run.Promise($"{LeavesPrefix}{finished}", PromiseKind.Is);
            return Task.CompletedTask;
        });
        await step(async () =>
        {
            await new InterruptedBackup(_volume, Options()).RunAsync(repository);
            run.Promise(CrashRun.BackupSubject(Backup), PromiseKind.Is);
        });
    }

    /// <summary>The same backup is started again, and reads nothing of what was finished.</summary>
    public override async Task CheckAsync(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        run.Volumes[Backup] = _volume;
        using (var repository = run.Open())
        {
            if (repository.ListManifests().All(manifest => manifest.BackupId.Value != Backup))
            {
                var again = new InterruptedBackup(_volume, Options());
                await again.RunAsync(repository);
                Assert.InRange(again.Resumed!.Count, Finished(promised), Leaves);
                Assert.Equal(Leaves - again.Resumed.Count, again.LeavesRead);
            }
        }

        await base.CheckAsync(run, With(promised, CrashRun.BackupSubject(Backup), PromiseKind.Is));
    }

    private static int Finished(IReadOnlyDictionary<string, PromiseKind> promised) => promised.Keys
        .Where(subject => subject.StartsWith(LeavesPrefix, StringComparison.Ordinal))
        .Select(subject => int.Parse(subject[LeavesPrefix.Length..], System.Globalization.CultureInfo.InvariantCulture))
        .DefaultIfEmpty(0)
        .Max();

    private BackupWriterOptions Options() =>
        InterruptedBackup.Options(_volume, Backup) with { PackSizeBytes = 64 * 1024 };

    /// <summary>Leaves that are zeros but for a few chunks.</summary>
    private static TestVolume Volume()
    {
        var volume = new TestVolume(
            CrashRun.ChunkSize, new byte[Leaves * TreeShape.FanOut * CrashRun.ChunkSize]);
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            for (var chunk = 0; chunk < 3; chunk++)
            {
                volume.Change((leaf * TreeShape.FanOut) + (chunk * 7), 1 + (leaf * 10) + chunk);
            }
        }

        return volume;
    }
}
