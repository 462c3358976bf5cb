using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.Chunkstore.Tests.Repositories;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>Many index segments become one, and nothing else happens.</summary>
internal sealed class MergeWork : CrashWorkload
{
    /// <summary>A segment after every chunk.</summary>
    public override async Task<CrashRun> PrepareAsync()
    {
        var run = new CrashRun
        {
            Options = options => options with { PackSizeBytes = 64 * 1024, CheckpointChunks = 1 },
        };
        using var repository = run.Create();
        await run.BackUpAsync(repository, "one", TestVolume.Mixed(CrashRun.ChunkSize, 16, seed: 1));
        return run;
    }

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        await step(() => repository.MergeIndexAsync(new IndexMergeOptions(), CancellationToken.None));
    }
}
