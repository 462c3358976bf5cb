using BackupEngine.Chunkstore.Tests.Repositories;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>A collection that deletes packs, copies forward and merges the index.</summary>
internal sealed class CollectionWork : CrashWorkload
{
    public override async Task<CrashRun> PrepareAsync()
    {
        var run = new CrashRun { Options = options => options with { PackSizeBytes = 64 * 1024, CheckpointChunks = 3 } };
        var volume = TestVolume.Mixed(CrashRun.ChunkSize, 16, seed: 1);
        var other = TestVolume.Mixed(CrashRun.ChunkSize, 16, seed: 2);
        volume.Bytes.AsSpan(0, 2 * CrashRun.ChunkSize).CopyTo(other.Bytes);
        using var repository = run.Create();
        await run.BackUpAsync(repository, "one", volume);
        await run.BackUpAsync(repository, "two", other);
        run.Delete(repository, "one");
        return run;
    }

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        await step(() => CrashRun.CollectAsync(repository));
        await step(() => run.BackUpAsync(repository, "three", run.Volumes["two"], "two"));
    }
}
