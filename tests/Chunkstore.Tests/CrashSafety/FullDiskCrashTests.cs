using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Tests.CrashSafety.Disk;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// However little is left of the disk, a deletion and a collection work and give space back, and no loss of power on
/// the way costs a backup.
/// </summary>
public sealed class FullDiskCrashTests
{
    [Fact]
    public async Task A_full_disk_is_emptied_whatever_is_left_of_it()
    {
        var (states, refused) = (0L, 0L);
        var prepared = await PrepareAsync();
        foreach (var free in (long[])[0, 4096, 8192, 16384, 40960, 65536, 131072])
        {
            FullDisk? disk = null;
            var run = prepared.OnDurableDisk(files => disk ??= new FullDisk(files, free));
            using (var repository = run.Open())
            {
                Assert.True(free > 65536 || await IsRefusedAsync(run), "there is more space than that");
                run.Delete(repository, "one");
                var report = await CrashRun.CollectAsync(repository);
                Assert.True(report.DeletedPacks > 0, $"nothing was deleted with {free} bytes left");
                await run.Volumes["two"].AssertRestoresAsync(repository, "two");
                await run.BackUpAsync(repository, "three", run.Volumes["two"], "two");
            }

            Assert.True(disk!.FreeBytes > free, $"{disk.FreeBytes} bytes are left of {free}");
            refused += disk.Refused;
            var exploration = new CrashExploration(run, (int)free) { MaximumStates = Counts.Times };
            await exploration.RunAsync(moments: 12 * Counts.Times);
            states += exploration.Checked;
        }

        Counts.Report("crash states of a full disk, checked", states, "seeds are the bytes that were left");
        Assert.True(refused > 7 && states > 30, $"{refused} calls without space, {states} states");
    }

    private static async Task<CrashRun> PrepareAsync()
    {
        var run = new CrashRun();
        using var repository = run.Create();
        await run.BackUpAsync(repository, "one", TestVolume.Mixed(CrashRun.ChunkSize, 16, seed: 1));
        await run.BackUpAsync(repository, "two", TestVolume.Mixed(CrashRun.ChunkSize, 8, seed: 2));
        Assert.True(await repository.TryReserveSpaceAsync(CancellationToken.None));
        return run;
    }

    /// <summary>A large backup finds no room, and nothing of it stays.</summary>
    private static async Task<bool> IsRefusedAsync(CrashRun run)
    {
        using var repository = run.Open();
        try
        {
            await TestVolume.Mixed(CrashRun.ChunkSize, 100, seed: 3).BackUpAsync(repository, "too-large");
            return false;
        }
        catch (RepositoryFullException)
        {
            return true;
        }
    }
}
