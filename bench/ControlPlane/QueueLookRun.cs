using System.Diagnostics;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Scheduling;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlaneBench;

/// <summary>What one look at the queue costs a backup service that has room, while many records wait.</summary>
internal static class QueueLookRun
{
    private const int Looks = 20;

    /// <summary>A host that could take them, and is not there to do it.</summary>
    private const string Looking = "looks";

    private static readonly int[] Waiting = [100, 10_000];

    public static async Task<ReportTable> RunAsync(IReadOnlyList<Backing> backings)
    {
        var table = new ReportTable("one look", "waiting", "median ms", "99th ms", "CPU ms", "allocated KiB");
        foreach (var backing in backings)
        {
            await using var server = await EngineServer.StartAsync(
                await backing.WithOwnDatabaseAsync(), "bench", ("BackupPlacement", "zone"),
                ("AvailabilityZone", "elsewhere"));
            await AddHostAsync(server);
            var added = 0;
            foreach (var waiting in Waiting)
            {
                await AddAsync(server, waiting - added);
                added = waiting;
                await MeasureAsync(table, backing.Name, server, waiting);
            }
        }

        return table;
    }

    private static async Task MeasureAsync(ReportTable table, string name, EngineServer server, int waiting)
    {
        var options = new EngineOptions { Host = Looking, BackupPlacement = "zone" };
        var databases = new Databases(server);
        var queue = new BackupQueue(databases, new HostDirectory(databases, options), options);
        await queue.LookForAsync(Looking, CancellationToken.None);
        var latencies = new Latencies();
        using var self = Process.GetCurrentProcess();
        var (cpu, allocated) = (self.TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true));
        for (var i = 0; i < Looks; i++)
        {
            await latencies.MeasureAsync(
                async () => (await queue.LookForAsync(Looking, CancellationToken.None)).For(Looking, 2));
        }

        self.Refresh();
        table.Add(
            name, waiting, latencies.MedianMs, latencies.NinetyNinthMs,
            (self.TotalProcessorTime - cpu).TotalMilliseconds / Looks,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1024 / Looks);
    }

    private static async Task AddHostAsync(EngineServer server)
    {
        await using var database = server.OpenDatabase();
        database.Hosts.Add(new HostEntity
        {
            Host = Looking,
            Role = EngineRole.Backup,
            Zone = "nova",
            MaxConcurrent = 2,
            SeenAt = DateTime.UtcNow.AddHours(1),
        });
        await database.SaveChangesAsync();
    }

    private static async Task AddAsync(EngineServer server, int count)
    {
        await using var database = server.OpenDatabase();
        for (var i = 0; i < count; i++)
        {
            var volume = Records.Volume(server);
            database.Volumes.Add(volume);
            var backup = Records.Backup(server, volume, BackupStatus.Creating);
            (backup.ProjectId, backup.CommandSentAt) = ($"project-{i % 20}", DateTime.UtcNow.AddHours(1));
            database.Backups.Add(backup);
        }

        await database.SaveChangesAsync();
    }

    private sealed class Databases(EngineServer server) : IDbContextFactory<EngineDatabase>
    {
        public EngineDatabase CreateDbContext() => server.OpenDatabase();
    }
}
