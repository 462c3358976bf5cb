using System.Diagnostics;
using BackupEngine.ControlPlane.DataPlane;

namespace BackupEngine.ControlPlane.Tests.DataPlane;

/// <summary>The process of a data plane, as its supervisor sees it.</summary>
public sealed class DataPlaneProcessTests
{
    [Fact]
    public async Task The_end_of_one_that_was_found_running_is_seen_and_hurts_nobody()
    {
        using var started = Process.Start("sleep", "600");
        using var found = DataPlaneProcess.Find(started.Id)!;
        var end = found.WaitForEndAsync(TestContext.Current.CancellationToken);

        started.Kill();

        Assert.Equal("not started by this process", await end);
    }
}
