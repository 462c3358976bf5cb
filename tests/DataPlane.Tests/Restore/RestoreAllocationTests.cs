using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Restore;

[CollectionDefinition(nameof(RestoreAllocationTests), DisableParallelization = true)]
[Collection(nameof(RestoreAllocationTests))]
public sealed class RestoreAllocationTests
{
    private const long SmallBytes = 16 << 20;
    private const long LargeBytes = 112 << 20;

    /// <summary>Of 256 chunks one leaf is read: its ids and references are what is allowed, and no more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chunk_allocates_no_more_than_its_place_in_the_leaf(bool onlyDifferences)
    {
        await AllocatedAsync(SmallBytes, onlyDifferences);
        var small = await AllocatedAsync(SmallBytes, onlyDifferences);
        var large = await AllocatedAsync(LargeBytes, onlyDifferences);
        var plans = PlanBytes(LargeBytes) - PlanBytes(SmallBytes);
        var forEachChunk = (double)(large - small - plans) / ((LargeBytes - SmallBytes) / PipelineHarness.SmallChunk);
        Assert.InRange(forEachChunk, double.MinValue, 96);
    }

    /// <summary>What is paid for once, up to a size that no volume exceeds.</summary>
    private static long PlanBytes(long volumeBytes) => RestoreSizes.For(
        new TuningOptions { Lanes = 2 }, new TreeShape(volumeBytes, PipelineHarness.SmallChunk)).PlanBytes;

    private static async Task<long> AllocatedAsync(long volumeBytes, bool onlyDifferences)
    {
        using var harness = new PipelineHarness { Tuning = new TuningOptions { Lanes = 2 } };
        using var device = new NullDevice(volumeBytes, VolumePattern.Mixed(1));
        var backup = await harness.BackupAsync(device);
        using var target = new NullDevice(volumeBytes, VolumePattern.Mixed(1));
        var request = harness.RestoreRequest(backup, target) with { OnlyDifferences = onlyDifferences };
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await PipelineHarness.RestoreAsync(request);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
