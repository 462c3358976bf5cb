using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Transfers;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Restore;

/// <summary>Whatever the volume and whatever the target held: it ends up as the volume.</summary>
public sealed class RestorePropertyTests
{
    private static readonly Gen<(int Seed, int ChunkBytes, TuningOptions Tuning)> AnyRestore =
        from seed in Gen.Int
        from chunkShift in Gen.Int[12, 14]
        from lanes in Gen.Int[1, 3]
        from ioShift in Gen.Int[16, 18]
        select (seed, 1 << chunkShift, new TuningOptions { Lanes = lanes, IoSizeBytes = 1 << ioShift });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Any_target_ends_up_as_the_volume() => SampleAsync(async (harness, backup, volume, random) =>
    {
        var extraBytes = random.Next(3) * 1000;
        var target = new WatchedDevice(volume.Target(extraBytes));
        var result = await PipelineHarness.RestoreAsync(harness.RestoreRequest(backup, target));
        AssertRestored(volume, target);
        Assert.Equal(volume.Content.Length, result.BytesWritten + result.ZeroBytes);
        Assert.Equal((0, 0), (result.BytesRead, result.BytesSame));
    });

    [Fact]
    public Task Only_what_differs_is_written() => SampleAsync(async (harness, backup, volume, random) =>
    {
        var held = volume.Target(random.Next(3) * 1000);
        var target = new WatchedDevice(held) { NoNeedlessChunkBytes = volume.ChunkBytes };
        var request = harness.RestoreRequest(backup, target) with { OnlyDifferences = true };
        var result = await PipelineHarness.RestoreAsync(request);
        AssertRestored(volume, target);
        Assert.Equal(volume.Content.Length, result.BytesRead);
        Assert.Equal(volume.Content.Length, result.BytesSame + result.BytesWritten + result.ZeroBytes);

        var again = await PipelineHarness.RestoreAsync(request);
        Assert.Equal((volume.Content.Length, 0, 0), (again.BytesSame, again.BytesWritten, again.ZeroBytes));
    });

    [Fact]
    public Task Interrupted_anywhere_and_changed_meanwhile_it_goes_on_to_the_volume() => SampleAsync(
        async (harness, backup, volume, random) =>
        {
            var file = harness.Folder.File("resume");
            var held = volume.Target(random.Next(3) * 1000);
            for (var tries = random.Next(1, 4); tries > 0; tries--)
            {
                using var failing = new WatchedDevice(held) { FailFrom = random.Next(1, 12) };
                try
                {
                    await PipelineHarness.RestoreAsync(
                        harness.RestoreRequest(backup, failing) with { ResumeFile = file });
                }
                catch (TargetIncompleteException)
                {
                    // What was written so far may be lost, or changed by somebody.
                    random.NextBytes(held.AsSpan(random.Next(volume.Content.Length), 1));
                }
            }

            var target = new WatchedDevice(held);
            await PipelineHarness.RestoreAsync(harness.RestoreRequest(backup, target) with { ResumeFile = file });
            AssertRestored(volume, target);
            Assert.False(File.Exists(file), "the resume file of a complete restore is left");
        });

    private static async Task SampleAsync(
        Func<PipelineHarness, BackupResult, RestoredVolume, Random, Task> check) => await AnyRestore.SampleAsync(
        async restore =>
        {
            using var harness = new PipelineHarness(restore.ChunkBytes) { Tuning = restore.Tuning };
            var volume = new RestoredVolume(restore.Seed, restore.ChunkBytes);
            var backup = await harness.BackupAsync(volume.Content);
            await check(harness, backup, volume, new Random(restore.Seed));
        },
        iter: 15,
        threads: 2);

    private static void AssertRestored(RestoredVolume volume, WatchedDevice target)
    {
        var length = volume.Content.Length;
        Assert.True(target.Content.AsSpan(0, length).SequenceEqual(volume.Content), "restored bytes differ");
        Assert.False(target.Content.AsSpan(length).ContainsAnyExcept((byte)0xEE), "wrote beyond the volume");
    }
}
