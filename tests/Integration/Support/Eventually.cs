using System.Diagnostics;

namespace BackupEngine.Integration.Support;

/// <summary>Waits for a condition, with a generous deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"did not happen: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
