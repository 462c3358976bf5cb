using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Tests.Encryption;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>Every state after a loss of power at every moment of small runs.</summary>
public sealed class CrashStateTests
{
    private const int Seed = 20;

    [Fact]
    public async Task Creation_full_and_incremental_backup_deletion()
    {
        var run = new CrashRun();
        var volume = TestVolume.Mixed(CrashRun.ChunkSize, 30, seed: 1);
        var changed = TestVolume.Mixed(CrashRun.ChunkSize, 30, seed: 1);
        changed.Change(5, 1);
        changed.Change(9, 2);
        using (var repository = run.Create())
        {
            await run.BackUpAsync(repository, "one", volume);
            await run.BackUpAsync(repository, "two", changed, "one");
            run.Delete(repository, "one");
            await run.BackUpAsync(repository, "three", volume, "two");
        }

        await ExploreAsync(run, "crash states of backups and a deletion");
    }

    [Fact]
    public async Task Two_writers_at_once()
    {
        var run = new CrashRun();
        run.Create().Dispose();
        await Task.WhenAll(WriteAsync(run, "left", 1), WriteAsync(run, "right", 2));
        await ExploreAsync(run, "crash states of two writers");
    }

    [Fact]
    public async Task Keys_and_epochs_of_an_encrypted_repository()
    {
        var run = new CrashRun();
        run.Secrets.Add("first", TestKeys.File(1));
        run.Secrets.Add("second", TestKeys.File(2));
        using (var repository = run.Create("first"))
        {
            await run.BackUpAsync(repository, "one", TestVolume.Mixed(CrashRun.ChunkSize, 6, seed: 1));
            run.Promise(CrashRun.KeySubject("second"), PromiseKind.MayBe);
            repository.KeyRing.Add(run.Secrets["second"], new KeySlotOptions());
            run.Promise(CrashRun.KeySubject("second"), PromiseKind.Is);
            repository.KeyRing.Rotate();
        }

        using (var repository = run.Open("second"))
        {
            var first = repository.KeyRing.List().Single(slot => !slot.IsInUse);
            run.Promise(CrashRun.KeySubject("first"), PromiseKind.MayBe);
            repository.KeyRing.Remove(first.Id);
            run.Promise(CrashRun.KeySubject("first"), PromiseKind.IsNot);
            await run.BackUpAsync(repository, "two", TestVolume.Mixed(CrashRun.ChunkSize, 6, seed: 2), "one");
        }

        await ExploreAsync(run, "crash states of keys");
    }

    [Fact]
    public async Task Collection_that_deletes_packs_and_copies_forward()
    {
        var run = new CrashRun();
        var volume = TestVolume.Mixed(CrashRun.ChunkSize, 16, seed: 1);
        var other = TestVolume.Mixed(CrashRun.ChunkSize, 16, seed: 2);
        volume.Bytes.AsSpan(0, 2 * CrashRun.ChunkSize).CopyTo(other.Bytes);
        using (var repository = run.Create())
        {
            await run.BackUpAsync(repository, "one", volume);
            await run.BackUpAsync(repository, "two", other);
            run.Delete(repository, "one");
            var report = await CrashRun.CollectAsync(repository);
            Assert.True(report.DeletedPacks > 0 && report.CopiedRecords > 0, "nothing was collected");
            await run.BackUpAsync(repository, "three", volume);
        }

        await ExploreAsync(run, "crash states of a collection");
    }

    private static async Task WriteAsync(CrashRun run, string name, int seed)
    {
        await Task.Yield();
        using var repository = run.Open();
        var volume = TestVolume.Mixed(CrashRun.ChunkSize, 12, seed: 1);
        volume.Change(3, seed);
        await run.BackUpAsync(repository, name, volume);
    }

    private static async Task ExploreAsync(CrashRun run, string what)
    {
        var exploration = new CrashExploration(run, Seed) { MaximumStates = 128 * Counts.Times };
        await exploration.RunAsync();
        Counts.Report($"{what}, checked", exploration.Checked, $"seed {Seed}");
        Counts.Report($"{what}, built", exploration.Built, $"seed {Seed}");
        Counts.Report($"{what}, moments enumerated", exploration.Enumerated, $"sampled {exploration.Sampled}");
        Assert.True(exploration.Checked > 100, "so small a run proves nothing");
    }
}
