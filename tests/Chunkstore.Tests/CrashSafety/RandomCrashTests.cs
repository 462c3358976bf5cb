using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// Long histories by chance, with losses of power at moments by chance, and again while the work goes on after one.
/// </summary>
public sealed class RandomCrashTests
{
    private const int Chunks = 12;

    [Fact]
    public async Task A_history_by_chance_survives_losses_of_power_one_after_another()
    {
        var (first, again) = (0L, 0L);
        for (var seed = 1; seed <= Counts.Times; seed++)
        {
            var run = await HistoryAsync(seed);
            var exploration = new CrashExploration(run, seed) { MaximumStates = 4, Again = (2, 2) };
            await exploration.RunAsync(moments: 40);
            (first, again) = (first + exploration.Checked, again + exploration.CheckedAgain);
        }

        Counts.Report("crash states of random histories, checked", first, $"seeds 1 to {Counts.Times}");
        Counts.Report("crash states after more than one loss of power, checked", again, $"seeds 1 to {Counts.Times}");
        Assert.True(again > 50, "so few losses of power prove nothing");
    }

    private static async Task<CrashRun> HistoryAsync(int seed)
    {
        var random = new Random(seed);
        var run = new CrashRun();
        var volume = TestVolume.Mixed(CrashRun.ChunkSize, Chunks, seed);
        using var repository = run.Create();
        for (var step = 0; step < 12; step++)
        {
            var backups = repository.ListManifests();
            if (backups.Count > 2 && random.Next(3) == 0)
            {
                run.Delete(repository, backups[random.Next(backups.Count)].BackupId.Value);
            }
            else
            {
                volume = Changed(volume, random);
                var parent = backups.Count > 0 && random.Next(4) > 0 ? backups[^1].BackupId.Value : null;
                await run.BackUpAsync(repository, $"b{step}", volume, parent);
            }
        }

        return run;
    }

    private static TestVolume Changed(TestVolume volume, Random random)
    {
        var changed = new TestVolume(CrashRun.ChunkSize, [.. volume.Bytes]);
        for (var i = random.Next(4); i >= 0; i--)
        {
            changed.Change(random.Next(Chunks), random.Next());
        }

        return changed;
    }
}
