using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlaneBench;

/// <summary>
/// Requests in a second and their times: showing a backup, listing 1,000 of 1,000, creating one. No backup service
/// takes any meanwhile: what is measured is the API.
/// </summary>
internal static class RequestsRun
{
    private const int Listed = 1_000;
    private const int MostCreated = 20_000;

    private static readonly int[] ClientCounts = [1, 32];
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(4);

    public static async Task<ReportTable> RunAsync(IReadOnlyList<Backing> backings)
    {
        var table = new ReportTable(
            "request", "clients", "requests/s", "median ms", "99th ms", "CPU ms per request", "peak MiB");
        foreach (var backing in backings)
        {
            await using var server = await EngineServer.StartAsync(await backing.WithOwnDatabaseAsync(), "bench");
            await server.Admin.SendAsync(
                HttpMethod.Put, "os-services/disable",
                new JsonObject { ["binary"] = "cinder-backup", ["host"] = "bench" });
            var (shown, volumes) = await FillAsync(server);
            var next = -1;
            foreach (var clients in ClientCounts)
                await MeasureAsync("show", clients, () => ReadAsync(server, $"backups/{shown}"));
            foreach (var clients in ClientCounts)
                await MeasureAsync("list of 1,000", clients, () => ReadAsync(server, $"backups/detail?limit={Listed}"));
            foreach (var clients in ClientCounts)
                await MeasureAsync("create", clients, CreateNextAsync);

            Task<bool> CreateNextAsync() => CreateAsync(server, volumes[Interlocked.Increment(ref next)]);

            async Task MeasureAsync(string request, int clients, Func<Task<bool>> call)
            {
                await Clients.RunForAsync(clients, Time / 4, call);
                var before = server.Use();
                var (latencies, seconds) = await Clients.RunForAsync(clients, Time, call);
                var after = server.Use();
                table.Add(
                    $"{request}, {backing.Name}", clients, latencies.Count / seconds, latencies.MedianMs,
                    latencies.NinetyNinthMs,
                    (after.Engine.CpuSeconds - before.Engine.CpuSeconds) * 1000 / latencies.Count,
                    after.Engine.PeakMiB);
            }
        }

        return table;
    }

    private static async Task<bool> ReadAsync(EngineServer server, string path)
    {
        await server.User.ReadAsync(path);
        return true;
    }

    private static async Task<bool> CreateAsync(EngineServer server, Guid volume)
    {
        await server.User.BeginBackupAsync(volume);
        return true;
    }

    private static async Task<(Guid Shown, Guid[] Volumes)> FillAsync(EngineServer server)
    {
        await using var database = server.OpenDatabase();
        var volumes = Enumerable.Range(0, MostCreated).Select(_ => Records.Volume(server)).ToList();
        database.Volumes.AddRange(volumes);
        var backups = volumes.Take(Listed).Select(volume =>
            Records.Backup(server, volume, BackupStatus.Available)).ToList();
        database.Backups.AddRange(backups);
        await database.SaveChangesAsync();
        return (backups[0].Id, [.. volumes.Select(volume => volume.Id)]);
    }
}
