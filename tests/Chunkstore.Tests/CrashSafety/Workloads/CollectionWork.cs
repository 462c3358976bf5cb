using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>A collection that deletes packs, copies forward and merges the index.</summary>
internal sealed class CollectionWork : CrashWorkload
{
    public override int FailingShare => 3;

    public override async Task<CrashRun> PrepareAsync()
    {
        var run = new CrashRun
        {
            Options = options => options with { PackSizeBytes = 64 * 1024, CheckpointChunks = 2 },
        };
        var volume = TestVolume.Mixed(CrashRun.ChunkSize, 16, seed: 1);
        var other = TestVolume.Mixed(CrashRun.ChunkSize, 32, seed: 2);
        volume.Bytes.AsSpan(CrashRun.ChunkSize, CrashRun.ChunkSize).CopyTo(other.Bytes);
        using var repository = run.Create();
        await run.BackUpAsync(repository, "one", volume);
        await run.BackUpAsync(repository, "two", other);
        run.Delete(repository, "one");
        return run;
    }

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        await step(async () =>
        {
            var report = await CrashRun.CollectAsync(repository);
            Assert.True(report is { DeletedPacks: > 0, CopiedRecords: > 0, IndexMerge.Merges: > 0 }
                || report.Warnings.Count > 0, $"nothing was done: {report}");
        });
        await step(() => run.BackUpAsync(repository, "three", run.Volumes["two"], "two"));
    }
}
