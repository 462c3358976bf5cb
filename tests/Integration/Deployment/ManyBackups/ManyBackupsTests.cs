using System.Diagnostics;
using System.Text.Json.Nodes;
using BackupEngine.Chunkstore.Tests;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Deployment.ManyBackups;

/// <summary>
/// Many small volumes on two hosts, all backed up at once: 30 on each host; 100 on each where BACKUPENGINE_LONG says
/// that tests go on for longer.
/// </summary>
[Collection(Broker.Name)]
public sealed class ManyBackupsTests(VolumeFileSystem files)
{
    /// <summary>By how much a control plane may grow after the warm-up, however many wait.</summary>
    private const long MostGrowthMiB = 96;

    private const int WarmUp = 6;

    private static readonly int PerHost = Counts.Times > 1 ? 100 : 30;

    [Fact]
    public async Task All_end_in_their_turn_within_the_limits_in_bounded_memory_and_the_API_answers_meanwhile()
    {
        using var database = new SharedDatabase();
        var repository = Directory.CreateTempSubdirectory("be-many-").FullName;
        (string, string)[] shared =
        [
            ("Database", "postgresql"), ("PostgreSql", database.Connection), ("Transport", "rabbitmq"),
            ("RabbitMq", Broker.Address), ("Repository", Path.Combine(repository, "r")),
        ];
        // Of one host the limit of its backup service is the lower one, of the other that of its volumes.
        await using var one = await BackupHost.StartAsync(files, perHost: 2, perBackend: 3, shared);
        await using var two = await BackupHost.StartAsync(files, perHost: 5, perBackend: 3, shared);
        BackupHost[] hosts = [one, two];
        await Task.WhenAll(hosts.Select(host => host.MakeVolumesAsync(PerHost)));
        await BackUpAsync(hosts, WarmUp);
        var before = hosts.Select(host => host.Process.ResidentMiB).ToList();

        var looks = await BackUpAsync(hosts, PerHost);

        Assert.All(hosts, host => Assert.Contains(looks.Running, running => running.Contains(host.Name)));
        var after = hosts.Select(host => host.Process.ResidentMiB).ToList();
        Counts.Report(
            "backups that waited at once for two hosts", hosts.Length * PerHost,
            $"{looks.Running.Count} looks at the queue, {looks.MedianMs:0.0} ms in the median; control planes "
            + $"{string.Join(" and ", before.Zip(after, (from, to) => $"from {from} to {to} MiB"))}");
        Assert.All(
            before.Zip(after, (from, to) => to - from), growth => Assert.InRange(growth, -10_000, MostGrowthMiB));
        Directory.Delete(repository, recursive: true);
    }

    /// <summary>Nothing begins until all are asked for; then they are looked at until all have ended.</summary>
    private static async Task<QueueLooks> BackUpAsync(BackupHost[] hosts, int each)
    {
        var count = hosts.Length * each;
        await AllowAsync(hosts, false);
        foreach (var host in hosts)
            await host.BeginAsync(each);
        var queue = await hosts[0].Admin.QueueAsync();
        Assert.Equal(Enumerable.Range(1, count), queue.Select(entry => (int)entry["position"]!));
        Assert.All(queue, entry => Assert.NotEmpty((string)entry["waits_for"]!));
        await AllowAsync(hosts, true);
        var looks = new QueueLooks(hosts);
        await Eventually.HoldsAsync(looks.LookAsync, $"{count} backups have ended");
        foreach (var host in hosts)
            await host.AssertAvailableAsync();
        return looks;
    }

    private static async Task AllowAsync(BackupHost[] hosts, bool allowed)
    {
        foreach (var host in hosts)
            await hosts[0].Admin.LetBeginAsync(host.Name, allowed);
    }
}

/// <summary>The queue, looked at again and again.</summary>
internal sealed class QueueLooks(IReadOnlyList<BackupHost> hosts)
{
    private readonly List<double> _milliseconds = [];
    private int _waiting = int.MaxValue;

    /// <summary>The hosts of what ran, look by look.</summary>
    public List<string[]> Running { get; } = [];

    public double MedianMs => _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

    /// <summary>
    /// One look: places have no gap, no more wait than before, no limit is exceeded. Answers whether all have ended.
    /// </summary>
    public async Task<bool> LookAsync()
    {
        var asked = Stopwatch.GetTimestamp();
        var queue = await hosts[Running.Count % hosts.Count].Admin.QueueAsync();
        _milliseconds.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        var waiting = queue.Where(entry => (string?)entry["state"] == "queued").ToList();
        var running = queue.Where(entry => (string?)entry["state"] == "running").ToList();
        Assert.Equal(queue.Length, waiting.Count + running.Count);
        Assert.Equal(Enumerable.Range(1, waiting.Count), waiting.Select(entry => (int)entry["position"]!));
        Assert.InRange(waiting.Count, 0, _waiting);
        _waiting = waiting.Count;
        foreach (var host in hosts)
        {
            Assert.InRange(running.Count(entry => (string?)entry["host"] == host.Name), 0, host.MostPerHost);
            Assert.InRange(
                running.Count(entry => host.Volumes.Contains((Guid)entry["volume_id"]!)), 0, host.MostPerBackend);
        }

        Running.Add([.. running.Select(entry => (string)entry["host"]!)]);
        return queue.Length == 0;
    }
}
