using System.Diagnostics;

namespace BackupEngine.Integration.Chaos;

/// <summary>Waits until nothing is wrong any more.</summary>
internal static class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Answers null when nothing is wrong, or with what is wrong still when the time is over.</summary>
    public static async Task<string?> UntilRightAsync(
        TimeSpan time, Func<Task<string?>> look, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var wrong = await look();
            if (wrong is null || Stopwatch.GetElapsedTime(started) > time)
                return wrong;
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
