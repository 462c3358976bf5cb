using System.Collections.Concurrent;
using System.Diagnostics;

namespace BackupEngine.ControlPlaneBench;

/// <summary>Times of one kind of call.</summary>
internal sealed class Latencies
{
    private readonly ConcurrentBag<double> _milliseconds = [];

    public int Count => _milliseconds.Count;

    public double MedianMs => Percentile(50);

    public double NinetyNinthMs => Percentile(99);

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    public async Task<T> MeasureAsync<T>(Func<Task<T>> call)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await call();
        Add(Stopwatch.GetElapsedTime(started));
        return answer;
    }

    /// <summary>The value that so many in a hundred do not exceed (nearest rank).</summary>
    private double Percentile(int percent)
    {
        var sorted = _milliseconds.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * percent / 100.0) - 1)];
    }
}
