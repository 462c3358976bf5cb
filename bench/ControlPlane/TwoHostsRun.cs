using System.Diagnostics;

namespace BackupEngine.ControlPlaneBench;

/// <summary>
/// 200 small backups, asked for at once, on two backup hosts: all of them end; what the API answers in meanwhile; and
/// what the processes hold before and after.
/// </summary>
internal static class TwoHostsRun
{
    private const int PerHost = 100;
    private const int WarmUp = 10;
    private const int Posting = 8;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    public static async Task<ReportTable> RunAsync(IReadOnlyList<Backing> backings)
    {
        var shared = await backings[^1].WithOwnDatabaseAsync();
        if (shared.PostgreSql is null)
            throw new InvalidOperationException("two hosts need --postgresql and --rabbitmq");
        await using var first = await EngineServer.StartAsync(shared, "bench-a");
        await using var second = await EngineServer.StartAsync(shared, "bench-b");
        EngineServer[] servers = [first, second];
        var volumes = new List<(EngineServer Server, Guid Volume)>();
        foreach (var server in servers)
        {
            foreach (var volume in await server.CreateVolumesAsync(PerHost))
                volumes.Add((server, volume));
        }

        var table = new ReportTable(
            "backups at once", "seconds", "backups/s", "GET, median ms", "99th ms", "POST, median ms", "99th ms",
            "control planes: MiB before", "after", "data planes: MiB before", "after");
        await MeasureAsync(table, servers, [.. volumes.Where((_, index) => index % PerHost < WarmUp)]);
        await MeasureAsync(table, servers, volumes);
        await MeasureAsync(table, servers, volumes);
        return table;
    }

    private static async Task MeasureAsync(
        ReportTable table, EngineServer[] servers, List<(EngineServer Server, Guid Volume)> volumes)
    {
        var before = servers.Select(server => server.Use()).ToList();
        var (posts, gets) = (new Latencies(), new Latencies());
        using var ended = new CancellationTokenSource();
        var probing = ProbeAsync(servers[0], gets, ended.Token);
        var watch = Stopwatch.StartNew();
        var next = -1;
        var backups = new Guid[volumes.Count];
        await Clients.RunAsync(Posting, async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < volumes.Count; i = Interlocked.Increment(ref next))
                backups[i] = await posts.MeasureAsync(
                    () => volumes[i].Server.User.BeginBackupAsync(volumes[i].Volume));
        });
        for (var i = 0; i < backups.Length; i++)
            await volumes[i].Server.User.AwaitBackupAsync(backups[i]);
        var seconds = watch.Elapsed.TotalSeconds;
        await ended.CancelAsync();
        await probing;
        var after = servers.Select(server => server.Use()).ToList();
        table.Add(
            volumes.Count, seconds, volumes.Count / seconds, gets.MedianMs, gets.NinetyNinthMs, posts.MedianMs,
            posts.NinetyNinthMs,
            Both(before.Select(use => use.Engine)), Both(after.Select(use => use.Engine)),
            Both(before.Select(use => use.DataPlane)), Both(after.Select(use => use.DataPlane)));
    }

    private static string Both(IEnumerable<ProcessUse> uses) => string.Join(" + ", uses.Select(use => use.ResidentMiB));

    /// <summary>A user who looks at his backups.</summary>
    private static async Task ProbeAsync(EngineServer server, Latencies gets, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await gets.MeasureAsync(async () =>
            {
                await server.User.ReadAsync("backups?limit=20");
                return true;
            });
            await Task.Delay(ProbeInterval, CancellationToken.None);
        }
    }
}
