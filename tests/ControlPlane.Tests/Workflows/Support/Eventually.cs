using System.Diagnostics;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>Waits for a condition, with a generous deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static Task HoldsAsync(Func<bool> condition) => HoldsAsync(() => Task.FromResult(condition()));

    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, "what was waited for did not happen");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
