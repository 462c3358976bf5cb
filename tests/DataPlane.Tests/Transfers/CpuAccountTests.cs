using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Transfers;

public sealed class CpuAccountTests
{
    [Fact]
    public void Jobs_that_run_at_once_share_what_the_process_uses()
    {
        var before = Environment.CpuUsage.TotalTime.TotalSeconds;
        double first;
        double second;
        using (var one = CpuAccount.Open())
        using (var other = CpuAccount.Open())
        {
            Burn();
            (first, second) = (one.Seconds, other.Seconds);
        }

        var used = Environment.CpuUsage.TotalTime.TotalSeconds - before;
        Assert.True(first > 0);
        Assert.True(second > 0);
        Assert.InRange(first + second, 0, used + 0.001);
    }

    private static void Burn()
    {
        var until = Environment.CpuUsage.TotalTime + TimeSpan.FromMilliseconds(30);
        while (Environment.CpuUsage.TotalTime < until)
        {
            Thread.SpinWait(1000);
        }
    }
}
