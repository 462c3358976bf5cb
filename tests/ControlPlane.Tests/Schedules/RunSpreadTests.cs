using BackupEngine.ControlPlane.Schedules.Runs;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>How the backups of a policy are spread over its window.</summary>
public sealed class RunSpreadTests
{
    [Fact]
    public void Volumes_are_spread_over_the_whole_window_and_each_keeps_its_place()
    {
        const int window = 3600;
        var policy = Guid.NewGuid();
        Guid[] volumes = [.. Enumerable.Range(0, 2000).Select(_ => Guid.NewGuid())];

        var delays = volumes.Select(volume => RunSpread.DelayOf(policy, volume, window).TotalSeconds).ToList();

        Assert.All(delays, delay => Assert.InRange(delay, 0, window));
        // 500 of 2000 are to be in each quarter; to miss it so far by chance is out of the question.
        Assert.All(
            delays.GroupBy(delay => (int)Math.Min(3, delay * 4 / window)).ToList(),
            quarter => Assert.InRange(quarter.Count(), 300, 700));
        Assert.Equal(
            delays, volumes.Select(volume => RunSpread.DelayOf(policy, volume, window).TotalSeconds));
    }

    [Fact]
    public void Without_a_window_all_begin_at_once() =>
        Assert.Equal(TimeSpan.Zero, RunSpread.DelayOf(Guid.NewGuid(), Guid.NewGuid(), 0));
}
