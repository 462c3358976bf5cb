using System.Diagnostics;

namespace BackupEngine.ControlPlaneBench;

/// <summary>
/// From POST to 202, and from POST to `available`, of backups of 1 MiB in a sparse volume; and how many in a second.
/// </summary>
internal static class BackupsRun
{
    private static readonly (int Clients, int Each)[] Cases = [(1, 30), (50, 3)];

    public static async Task<ReportTable> RunAsync(IReadOnlyList<Backing> backings)
    {
        var table = new ReportTable(
            "backups of 1 MiB", "clients", "backups", "202: median ms", "99th", "available: median ms", "99th",
            "backups/s", "CPU s, control plane", "data plane", "peak MiB, control plane", "data plane");
        foreach (var backing in backings)
        {
            await using var server = await EngineServer.StartAsync(await backing.WithOwnDatabaseAsync(), "bench");
            var volumes = await server.CreateVolumesAsync(Cases.Max(c => c.Clients));
            await BackUpAsync(server, volumes[0], new Latencies(), new Latencies());
            foreach (var (clients, each) in Cases)
                await MeasureAsync(table, backing.Name, server, volumes, clients, each);
        }

        return table;
    }

    private static async Task MeasureAsync(
        ReportTable table, string name, EngineServer server, Guid[] volumes, int clients, int each)
    {
        var (accepted, available) = (new Latencies(), new Latencies());
        var before = server.Use();
        var watch = Stopwatch.StartNew();
        await Clients.RunAsync(clients, async client =>
        {
            for (var i = 0; i < each; i++)
                await BackUpAsync(server, volumes[client], accepted, available);
        });
        var (seconds, after) = (watch.Elapsed.TotalSeconds, server.Use());
        table.Add(
            name, clients, clients * each, accepted.MedianMs, accepted.NinetyNinthMs, available.MedianMs,
            available.NinetyNinthMs, clients * each / seconds, after.Engine.CpuSeconds - before.Engine.CpuSeconds,
            after.DataPlane.CpuSeconds - before.DataPlane.CpuSeconds, after.Engine.PeakMiB, after.DataPlane.PeakMiB);
    }

    private static async Task BackUpAsync(EngineServer server, Guid volume, Latencies accepted, Latencies available)
    {
        // The record says when it became available, by the clock of this machine: asking for it more often than needed
        // would be measured as well.
        var asked = TimeProvider.System.GetUtcNow().UtcDateTime;
        var backup = await accepted.MeasureAsync(() => server.User.BeginBackupAsync(volume));
        var done = DateTime.SpecifyKind(await server.User.AwaitBackupAsync(backup), DateTimeKind.Utc);
        available.Add(done - asked);
    }
}
