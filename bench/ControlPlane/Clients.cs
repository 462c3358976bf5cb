using System.Diagnostics;

namespace BackupEngine.ControlPlaneBench;

/// <summary>So many clients at once, each one call after the other.</summary>
internal static class Clients
{
    /// <summary>Until the time is over.</summary>
    public static async Task<(Latencies Latencies, double Seconds)> RunForAsync(
        int clients, TimeSpan time, Func<Task<bool>> call)
    {
        var latencies = new Latencies();
        var watch = Stopwatch.StartNew();
        await RunAsync(clients, async _ =>
        {
            while (watch.Elapsed < time)
                await latencies.MeasureAsync(call);
        });
        return (latencies, watch.Elapsed.TotalSeconds);
    }

    /// <summary>Each client once, with its number.</summary>
    public static Task RunAsync(int clients, Func<int, Task> client) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(() => client(number))));
}
