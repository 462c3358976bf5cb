using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sizing;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Transfers;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Transfers;

/// <summary>Jobs within less memory than they want have fewer lanes and less depth.</summary>
public sealed class BoundedMemoryTests
{
    private static readonly Gen<(TuningOptions Tuning, int ChunkBytes, long MoreBytes)> Any =
        from lanes in Gen.Int[1, 40]
        from depth in Gen.Int[0, 40]
        from ioShift in Gen.Int[16, 24]
        from chunkShift in Gen.Int[12, 22]
        from more in Gen.Long[0, 1L << 30]
        select (
            new TuningOptions { Lanes = lanes, QueueDepth = depth, IoSizeBytes = 1 << ioShift }, 1 << chunkShift, more);

    [Fact]
    public void A_backup_fits_and_has_never_more_than_it_wanted() => Any.Sample(one =>
    {
        var wanted = Sizes(one.Tuning, one.ChunkBytes);
        var bytes = wanted.Least.Bytes + one.MoreBytes;
        var fitting = wanted.Within(bytes);
        Assert.InRange(fitting.Bytes, fitting.Lanes.TotalBytes, bytes);
        Assert.InRange(fitting.Lanes.Lanes, 1, wanted.Lanes.Lanes);
        Assert.InRange(fitting.Lanes.QueueDepth, 1, wanted.Lanes.QueueDepth);
        Assert.InRange(
            fitting.Writer.CheckpointChunks, WriterMemory.FewestCheckpointChunks, WriterMemory.UsualCheckpointChunks);
        Assert.Equal(fitting.Lanes.Lanes, fitting.Writer.Lanes);
        Assert.Equal(wanted.Bytes <= bytes, fitting == wanted);
    });

    [Fact]
    public void A_restore_fits_and_has_never_more_than_it_wanted() => Any.Sample(one =>
    {
        var wanted = RestoreSizes.For(one.Tuning, new TreeShape(1L << 40, one.ChunkBytes));
        var bytes = wanted.Least.Bytes + one.MoreBytes;
        var fitting = wanted.Within(bytes);
        Assert.InRange(fitting.Bytes, fitting.BufferBytes + fitting.PlanBytes, bytes);
        Assert.InRange(fitting.Workers, 1, wanted.Workers);
        Assert.InRange(fitting.PlanLeaves, RestoreSizes.FirstPlanLeaves, wanted.PlanLeaves);
        Assert.Equal(wanted.Bytes <= bytes, fitting == wanted);
    });

    [Fact]
    public void Less_than_the_least_is_a_defect()
    {
        var least = Sizes(new TuningOptions(), 65536).Least;
        Assert.Throws<InvalidOperationException>(() => least.Within(least.Bytes - 1));
        var restore = RestoreSizes.For(new TuningOptions(), new TreeShape(1L << 40, 65536)).Least;
        Assert.Throws<InvalidOperationException>(() => restore.Within(restore.Bytes - 1));
    }

    [Fact]
    public void What_works_on_a_repository_fits_and_has_never_more_than_it_wanted()
    {
        var scale = new RepositoryScale(
            Chunks: 300_000_000, Nodes: 1_500_000, Packs: 250_000, Segments: 12, 65536, IsEncrypted: false);
        var verify = new VerificationMemory(scale, VerifyLevel.Data, Lanes: 16);
        var collect = new CollectionMemory(scale, CollectOptions.UsualCopyRecords);
        Gen.Long[0, 1L << 30].Sample(more =>
        {
            var one = verify.Within(verify.Least.Bytes + more);
            Assert.InRange(one.Bytes, 1, verify.Least.Bytes + more);
            Assert.InRange(one.Lanes, 1, 16);
            var other = collect.Within(collect.Least.Bytes + more);
            Assert.InRange(other.Bytes, 1, collect.Least.Bytes + more);
            Assert.InRange(other.CopyRecords, CollectionMemory.FewestCopyRecords, CollectOptions.UsualCopyRecords);
        });
        Assert.Throws<InvalidOperationException>(() => verify.Within(verify.Least.Bytes - 1));
        Assert.Throws<InvalidOperationException>(() => collect.Within(collect.Least.Bytes - 1));
    }

    [Theory]
    [InlineData(1 << 20, 1, 2 << 20)]
    [InlineData(1 << 20, 3, 4 << 20)]
    [InlineData(4 << 20, 3, 12 << 20)]
    [InlineData((1 << 20) + 4096, 2, 4 << 20)]
    [InlineData(64 << 10, 33, 4 << 20)]
    public void Memory_is_counted_in_whole_huge_pages(int blockBytes, long count, long expected) =>
        Assert.Equal(expected, AlignedBufferPool.MappedBytes(blockBytes, count));

    private static BackupSizes Sizes(TuningOptions tuning, int chunkBytes) => new(
        LaneBuffers.For(tuning, chunkBytes),
        new WriterMemory(
            new TreeShape(1L << 40, chunkBytes),
            tuning.Lanes,
            IsEncrypted: false,
            WriterMemory.UsualCheckpointChunks),
        ChangedExtents: 0);
}
