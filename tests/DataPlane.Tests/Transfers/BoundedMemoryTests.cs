using BackupEngine.Chunkstore.Manifests;
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
    public void Lanes_fit_and_are_never_more_than_was_wanted() => Any.Sample(one =>
    {
        var wanted = LaneBuffers.For(one.Tuning, one.ChunkBytes);
        var bytes = wanted.Least.MappedBytes + one.MoreBytes;
        var fitting = wanted.Within(bytes);
        Assert.InRange(fitting.MappedBytes, fitting.TotalBytes, bytes);
        Assert.InRange(fitting.Lanes, 1, wanted.Lanes);
        Assert.InRange(fitting.QueueDepth, 1, wanted.QueueDepth);
        Assert.Equal(wanted.MappedBytes <= bytes, fitting == wanted);
    });

    [Fact]
    public void Restore_workers_fit_and_are_never_more_than_was_wanted() => Any.Sample(one =>
    {
        var wanted = RestoreSizes.For(one.Tuning, new TreeShape(1L << 40, one.ChunkBytes));
        var bytes = wanted.Least.MappedBytes + one.MoreBytes;
        var fitting = wanted.Within(bytes);
        Assert.InRange(fitting.MappedBytes, fitting.BufferBytes, bytes);
        Assert.InRange(fitting.Workers, 1, wanted.Workers);
        Assert.Equal(wanted.MappedBytes <= bytes, fitting == wanted);
    });

    [Fact]
    public void Less_than_the_least_is_a_defect()
    {
        var least = LaneBuffers.For(new TuningOptions(), 65536).Least;
        Assert.Throws<InvalidOperationException>(() => least.Within(least.MappedBytes - 1));
    }

    [Theory]
    [InlineData(1 << 20, 1, 2 << 20)]
    [InlineData(1 << 20, 3, 4 << 20)]
    [InlineData(4 << 20, 3, 12 << 20)]
    [InlineData((1 << 20) + 4096, 2, 4 << 20)]
    [InlineData(64 << 10, 33, 4 << 20)]
    public void Memory_is_counted_in_whole_huge_pages(int blockBytes, long count, long expected) =>
        Assert.Equal(expected, AlignedBufferPool.MappedBytes(blockBytes, count));
}
