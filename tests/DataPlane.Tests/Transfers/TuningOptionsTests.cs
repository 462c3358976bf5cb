using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Transfers;

public sealed class TuningOptionsTests
{
    [Fact]
    public void The_defaults_are_valid_and_bounded() => Assert.InRange(
        LaneBuffers.For(new TuningOptions().Validate(), 65536).TotalBytes, 1, 200L * 1024 * 1024);

    [Theory]
    [InlineData(2, 8)]
    [InlineData(16, 8)]
    [InlineData(32, 4)]
    [InlineData(256, 2)]
    public void With_many_lanes_each_looks_less_far_ahead(int lanes, int depth) =>
        Assert.Equal(depth, new TuningOptions { Lanes = lanes }.EffectiveQueueDepth);

    [Fact]
    public void A_buffer_holds_a_whole_chunk() =>
        Assert.Equal(4 << 20, LaneBuffers.For(new TuningOptions(), 4 << 20).BufferBytes);

    [Theory]
    [InlineData(0, 1 << 20, 1)]
    [InlineData(257, 1 << 20, 1)]
    [InlineData(1, 4096, 1)]
    [InlineData(1, 3 << 20, 1)]
    [InlineData(1, 32 << 20, 1)]
    [InlineData(1, 1 << 20, -1)]
    [InlineData(1, 1 << 20, 257)]
    public void Values_outside_of_their_range_are_refused(int lanes, int ioSize, int depth)
    {
        var tuning = new TuningOptions { Lanes = lanes, IoSizeBytes = ioSize, QueueDepth = depth };
        Assert.Throws<UsageException>(tuning.Validate);
    }
}
