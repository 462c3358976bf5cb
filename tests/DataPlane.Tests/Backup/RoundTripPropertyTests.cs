using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Transfers;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class RoundTripPropertyTests
{
    private static readonly Gen<(int Seed, int Steps, TuningOptions Tuning)> AnyHistory =
        from seed in Gen.Int
        from steps in Gen.Int[1, 4]
        from lanes in Gen.Int[1, 3]
        from depth in Gen.Int[1, 3]
        from ioShift in Gen.Int[16, 18]
        select (seed, steps, new TuningOptions { Lanes = lanes, QueueDepth = depth, IoSizeBytes = 1 << ioShift });

    private static SpotCheckOptions Everything => new() { MinimumChunks = int.MaxValue, MaximumShareOfVolume = 1 };

    [Fact]
    public async Task Every_backup_of_any_history_is_restored_byte_by_byte() => await AnyHistory.SampleAsync(
        async history =>
        {
            using var harness = new PipelineHarness { Tuning = history.Tuning };
            var volume = new VolumeModel(history.Seed);
            var random = new Random(history.Seed);
            var backups = new List<(BackupResult Result, byte[] Content)>();
            for (var step = 0; step < history.Steps; step++)
            {
                var result = await BackupAsync(harness, volume, backups.LastOrDefault().Result, random.Next(4));
                CheckCounters(result);
                backups.Add((result, [.. volume.Content]));
                volume.Forget();
                volume.Mutate();
            }

            foreach (var (result, content) in backups)
            {
                var restored = await harness.RestoreAsync(result, extraBytes: random.Next(3) * 1000);
                Assert.True(restored.AsSpan(0, content.Length).SequenceEqual(content), "restored bytes differ");
                Assert.False(restored.AsSpan(content.Length).ContainsAnyExcept((byte)0xEE), "wrote beyond the volume");
            }
        },
        iter: 40,
        threads: 2);

    /// <summary>With a sample of everything, whatever a list leaves out is found, or makes no difference.</summary>
    [Fact]
    public async Task However_much_a_list_leaves_out_the_backup_is_right() => await AnyHistory.SampleAsync(
        async history =>
        {
            using var harness = new PipelineHarness { Tuning = history.Tuning };
            var volume = new VolumeModel(history.Seed);
            var random = new Random(history.Seed);
            var full = await harness.BackupAsync(volume.Content);
            volume.Forget();
            volume.Mutate();
            var result = await PipelineHarness.BackupAsync(harness.Request(new StrictDevice(volume.Content), full) with
            {
                ChangedBlocks = [.. volume.Changed.Where(_ => random.Next(2) == 0)],
                SpotCheck = Everything,
            });
            var restored = await harness.RestoreAsync(result);
            Assert.True(restored.AsSpan().SequenceEqual(volume.Content), "restored bytes differ");
        },
        iter: 25,
        threads: 2);

    /// <summary>
    /// A source that now and then forgets what was written: from n incrementals after the last time on, every backup is
    /// right, whatever was sampled, deleted or over-reported meanwhile.
    /// </summary>
    [Fact]
    public async Task After_n_more_incrementals_nothing_forgotten_is_left() => await AnyHistory.SampleAsync(
        async history =>
        {
            using var harness = new PipelineHarness { Tuning = history.Tuning };
            var volume = new VolumeModel(history.Seed);
            var random = new Random(history.Seed);
            var share = random.Next(1, 6);
            var last = await harness.BackupAsync(volume.Content);
            for (var step = 0; step < history.Steps + share; step++)
            {
                var size = volume.Content.Length;
                volume.Forget();
                volume.Mutate(keepSize: true);
                var named = volume.OverReported().Where(_ => step >= history.Steps || random.Next(2) == 0);
                Assert.Equal(size, volume.Content.Length);
                var before = last;
                last = await PipelineHarness.BackupAsync(harness.Request(new StrictDevice(volume.Content), last) with
                {
                    ChangedBlocks = [.. named],
                    SpotCheck = new SpotCheckOptions { MinimumChunks = 0, Share = 0 },
                    VerifyChanged = share,
                });
                if (random.Next(2) == 0)
                {
                    harness.Repository.DeleteBackup(BackupId.Parse(before.BackupId));
                }
            }

            var restored = await harness.RestoreAsync(last);
            Assert.True(restored.AsSpan().SequenceEqual(volume.Content), "a forgotten change is still wrong");
        },
        iter: 25,
        threads: 2);

    private static Task<BackupResult> BackupAsync(
        PipelineHarness harness, VolumeModel volume, BackupResult? parent, int kind) =>
        PipelineHarness.BackupAsync(harness.Request(new StrictDevice(volume.Content), kind == 0 ? null : parent) with
        {
            ChangedBlocks = parent is null ? null : kind switch
            {
                2 => volume.Changed,
                3 => volume.OverReported(),
                _ => null,
            },
            SpotCheck = kind == 3 ? Everything : new SpotCheckOptions(),
        });

    private static void CheckCounters(BackupResult result)
    {
        Assert.Empty(result.Warnings);
        Assert.NotEqual(ChangedBlocksUse.Refused, result.ChangedBlocks);
        Assert.InRange(result.BytesUnchanged, 0, result.VolumeBytes);
        Assert.InRange(result.ZeroBytes, 0, result.BytesRead);
        Assert.InRange(result.BytesNew, 0, result.VolumeBytes - result.BytesUnchanged);
        if (result.ChangedBlocks == ChangedBlocksUse.None)
        {
            Assert.Equal(result.VolumeBytes, result.BytesRead);
        }
    }
}
