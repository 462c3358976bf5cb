using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;

/// <summary>
/// A backup is given up when it has packs that no segment names; the index is made again; and another backup stores the
/// same content. After a loss of power the index is made again first of all, so that what was not taken back is named
/// and relied on.
/// </summary>
internal sealed class GivingUpWork : CrashWorkload
{
    private static readonly TestVolume Volume = TestVolume.Mixed(CrashRun.ChunkSize, 60, seed: 2);

    public override int FailingShare => 2;

    public override Task<CrashRun> PrepareAsync() => PrepareAsync(("one", 1));

    public override async Task WorkAsync(CrashRun run, Func<Func<Task>, Task> step)
    {
        using var repository = run.Open();
        await step(() => GiveUpAsync(run, repository));
        await step(() => repository.RebuildIndexAsync(progress: null, CancellationToken.None));
        await step(() => run.BackUpAsync(repository, "two", Volume, "one"));
    }

    public override async Task CheckAsync(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        using (var repository = run.Open())
        {
            await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
            await run.BackUpAsync(repository, "relies", Volume);
        }

        await base.CheckAsync(run, With(promised, CrashRun.BackupSubject("relies"), PromiseKind.Is));
    }

    /// <summary>Stores more than a pack holds, waits until that has its name, and gives up.</summary>
    private static async Task GiveUpAsync(CrashRun run, Repository repository)
    {
        var before = CountPacks(run);
        await using var writer = repository.BeginBackup(Volume.Options("given-up") with { PackSizeBytes = 64 * 1024 });
        for (var chunk = 0; chunk < 60; chunk++)
        {
            await StoreAsync(repository, writer, chunk);
        }

        // A pack that cannot be written faults the writer, which the next chunk is told.
        for (var salt = 1; CountPacks(run) == before && salt < 400; salt++)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
            await StoreAsync(repository, writer, salt % 8 == 0 ? -salt : 0);
        }
    }

    private static async Task StoreAsync(Repository repository, Chunkstore.Sessions.BackupWriter writer, int chunk)
    {
        var plain = chunk >= 0
            ? Volume.Bytes.AsMemory(chunk * CrashRun.ChunkSize, Volume.Shape.ChunkLength(chunk))
            : BitConverter.GetBytes(chunk).AsMemory();
        if (plain.Span.ContainsAnyExcept((byte)0))
        {
            await writer.StoreAsync(
                repository.ChunkHasher.Hash(plain.Span), plain, TestContext.Current.CancellationToken);
        }
    }

    private static int CountPacks(CrashRun run) => run.Disk.List(CrashRun.Root + "/packs")!
        .Sum(directory => run.Disk.List($"{CrashRun.Root}/packs/{directory.Name}")!.Count);
}
