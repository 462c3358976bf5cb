using System.Numerics;
using BackupEngine.Chunkstore.Manifests;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests;

public sealed class TreeShapeTests
{
    private static readonly Gen<TreeShape> GenShape = Gen.Select(
        Gen.Frequency((1, Gen.Long[1, long.MaxValue]), (1, Gen.Long[1, 1L << 40]), (1, Gen.Const(long.MaxValue))),
        Gen.Int[12, 22],
        (volumeBytes, chunkBits) => new TreeShape(volumeBytes, 1 << chunkBits));

    [Fact]
    public void The_largest_volume_in_the_smallest_chunks_does_not_overflow()
    {
        var shape = new TreeShape(long.MaxValue, TreeShape.MinChunkSizeBytes);
        shape.ThrowIfInvalid();
        Assert.Equal(1L << 51, shape.ChunkCount);
        Assert.Equal(1L << 43, shape.LeafCount);
        Assert.Equal(TreeShape.MaxRootLevel, shape.RootLevel);
        Assert.Equal(8, shape.ChildCount(6, 0));
        Assert.Equal(1L << 51, shape.ChunksUnder(6, 0));
        Assert.Equal(new Extent(0, long.MaxValue), shape.ExtentOf(6, 0));
        Assert.Equal(4095, shape.ChunkLength(shape.ChunkCount - 1));
        Assert.Equal(long.MaxValue, shape.ExtentOf(0, shape.LeafCount - 1).EndBytes);
        Assert.Equal(256, shape.ChunksInLeaf(shape.LeafCount - 1));
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(4096, 1, 1, 1)]
    [InlineData(4097, 2, 1, 1)]
    [InlineData(4096L * 256, 256, 1, 1)]
    [InlineData((4096L * 256) + 1, 257, 2, 1)]
    [InlineData(4096L * 65_536, 65_536, 256, 1)]
    [InlineData((4096L * 65_536) + 1, 65_537, 257, 2)]
    public void Known_sizes(long volumeBytes, long chunks, long leaves, int rootLevel)
    {
        var shape = new TreeShape(volumeBytes, 4096);
        Assert.Equal((chunks, leaves, rootLevel), (shape.ChunkCount, shape.LeafCount, shape.RootLevel));
    }

    [Fact]
    public void Every_level_covers_the_volume_exactly() => GenShape.Sample(shape =>
    {
        Assert.Equal(1, shape.NodeCount(shape.RootLevel));
        Assert.InRange(shape.RootLevel, 1, TreeShape.MaxRootLevel);
        for (var level = 0; level <= shape.RootLevel; level++)
        {
            var last = shape.NodeCount(level) - 1;
            var span = BigInteger.Pow(256, level + 1) * shape.ChunkSizeBytes;
            Assert.Equal(span * last, shape.ExtentOf(level, last).OffsetBytes);
            Assert.Equal(shape.VolumeBytes, shape.ExtentOf(level, last).EndBytes);
            Assert.InRange(shape.ExtentOf(level, last).LengthBytes, 1, (long)BigInteger.Min(span, long.MaxValue));
            Assert.InRange(shape.ChildCount(level, last), 1, 256);
            Assert.Equal(shape.ChunkCount, shape.ChunksUnder(level, last) + (last * BigInteger.Pow(256, level + 1)));
            if (last > 0)
            {
                Assert.Equal(span, shape.ExtentOf(level, 0).LengthBytes);
                Assert.Equal(256, shape.ChildCount(level, last - 1));
            }
        }

        Assert.InRange(shape.ChunkLength(shape.ChunkCount - 1), 1, shape.ChunkSizeBytes);
    });

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(-1, 4096)]
    [InlineData(1, 0)]
    [InlineData(1, 2048)]
    [InlineData(1, 4097)]
    [InlineData(1, 8 * 1024 * 1024)]
    public void What_is_no_volume_is_refused(long volumeBytes, int chunkSizeBytes)
    {
        var shape = new TreeShape(volumeBytes, chunkSizeBytes);
        Assert.Throws<ArgumentException>(shape.ThrowIfInvalid);
        Assert.Throws<ArgumentException>(() => new ManifestTreeBuilder(new MemoryNodeStore(), shape, parent: null));
        Assert.Throws<ArgumentException>(
            () => new ManifestTreeReader(new MemoryNodeStore(), new TreeRoot(shape, ChunkId.Zero)));
    }
}
