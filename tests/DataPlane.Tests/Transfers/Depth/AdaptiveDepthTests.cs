using BackupEngine.DataPlane.Transfers.Depth;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Transfers.Depth;

public sealed class AdaptiveDepthTests
{
    private const double MiB = 1 << 20;

    [Fact]
    public void It_begins_with_one_transfer_at_a_time() => Assert.Equal(1, new SimulatedReading(64).Depth.Current);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(64)]
    public void It_stops_where_more_brings_nothing(int knee)
    {
        var reading = new SimulatedReading(64).Read(4000, depth => Math.Min(depth, knee) * 200 * MiB);
        Assert.Equal(knee, reading.Depth.Current);
    }

    [Fact]
    public void It_never_goes_beyond_its_maximum()
    {
        var reading = new SimulatedReading(24).Read(4000, depth => depth * 200 * MiB);
        Assert.Equal((24, 24), (reading.Depth.Current, reading.Deepest));
    }

    [Fact]
    public void A_device_that_more_at_once_makes_slower_is_read_one_by_one()
    {
        var reading = new SimulatedReading(64).Read(4000, depth => 150 * MiB / depth);
        Assert.Equal((1, 2), (reading.Depth.Current, reading.Deepest));
    }

    [Fact]
    public void Where_the_lanes_do_not_wait_for_the_device_it_stays()
    {
        var reading = new SimulatedReading(64).Read(4000, depth => depth * 200 * MiB, waitingShare: 0.3);
        Assert.Equal((1, 0), (reading.Depth.Current, reading.Changes));
    }

    [Fact]
    public void A_step_after_which_the_device_is_not_waited_for_any_more_is_kept()
    {
        var reading = new SimulatedReading(64).Read(60, depth => depth * 200 * MiB).Read(4000, _ => 400 * MiB, 0.2);
        Assert.Equal(1, reading.Changes);
        Assert.Equal(2, reading.Depth.Current);
    }

    [Fact]
    public void What_begins_to_bring_something_later_is_found()
    {
        var reading = new SimulatedReading(64).Read(1000, _ => 300 * MiB);
        Assert.Equal(1, reading.Depth.Current);
        Assert.Equal(16, reading.Read(12_000, depth => Math.Min(depth, 16) * 300 * MiB).Depth.Current);
    }

    /// <summary>
    /// Whatever the device and however restless the machine: the depth comes to where the device no longer gains, is
    /// tried elsewhere ever more seldom, and is left alone in between.
    /// </summary>
    [Fact]
    public void It_never_swings() => Gen.Select(Gen.Int[0, 6], Gen.Int[0, int.MaxValue - 1]).Sample(
        (power, seed) =>
        {
            var (knee, noise) = (1 << power, new Random(seed));
            var reading = new SimulatedReading(64).Read(
                20_000, depth => Math.Min(depth, knee) * 100 * MiB * (1 - (0.06 * noise.NextDouble())));
            Assert.Equal(knee, reading.Depth.Current);
            Assert.InRange(reading.Changes, 0, 24);
            Assert.InRange(reading.ElsewhereShare(from: 10_000), 0, 0.03);
        },
        iter: 200,
        threads: 1);

    [Fact]
    public void A_slow_device_is_judged_by_time() =>
        Assert.Equal(4, new SimulatedReading(64).Read(400, depth => Math.Min(depth, 4) * 2 * MiB).Depth.Current);

    [Fact]
    public void A_depth_that_was_asked_for_stays()
    {
        var depth = new FixedDepth(5);
        depth.Report(1 << 30, TimeSpan.FromSeconds(1));
        Assert.Equal((5, 5), (depth.Current, depth.Maximum));
    }
}
