using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Backup;

[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const long SmallBytes = 16 << 20;
    private const long LargeBytes = 112 << 20;

    private static readonly VolumePattern Mixed = VolumePattern.Mixed(1);

    [Fact]
    public async Task A_chunk_of_zeros_allocates_nothing() =>
        Assert.InRange(await BytesForEachChunkAsync(VolumePattern.Zeros, incremental: false), double.MinValue, 16);

    /// <summary>Of 256 chunks, one leaf is read back: its 8 KiB are what is allowed, and as much again.</summary>
    [Fact]
    public async Task A_chunk_that_did_not_change_allocates_no_more_than_its_place_in_the_leaf() =>
        Assert.InRange(await BytesForEachChunkAsync(Mixed, incremental: true), double.MinValue, 64);

    /// <summary>The tables of new chunks grow by doubling: one entry for the index, one for its pack.</summary>
    [Fact]
    public async Task A_new_chunk_allocates_no_more_than_its_entries_in_tables() =>
        Assert.InRange(await BytesForEachChunkAsync(Mixed, incremental: false), double.MinValue, 640);

    /// <summary>What a larger volume allocates more than a smaller one: the rest is paid for once.</summary>
    private static async Task<double> BytesForEachChunkAsync(VolumePattern pattern, bool incremental)
    {
        await AllocatedAsync(SmallBytes, pattern, incremental);
        var small = await AllocatedAsync(SmallBytes, pattern, incremental);
        var large = await AllocatedAsync(LargeBytes, pattern, incremental);
        return (double)(large - small) / ((LargeBytes - SmallBytes) / PipelineHarness.SmallChunk);
    }

    private static async Task<long> AllocatedAsync(long volumeBytes, VolumePattern pattern, bool incremental)
    {
        using var harness = new PipelineHarness { Tuning = new TuningOptions { Lanes = 2, QueueDepth = 4 } };
        using var device = new NullDevice(volumeBytes, pattern);
        var parent = incremental ? await harness.BackupAsync(device) : null;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await harness.BackupAsync(device, parent);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
