using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.BackupService;
using BackupEngine.ControlPlane.Tests.Workflows.Support;

namespace BackupEngine.ControlPlane.Tests.Scheduling;

/// <summary>
/// What cannot run keeps nothing waiting that can, however much of it there is, however long it has waited and however
/// urgent it is: many more records than the hosts have room for are bound to a zone, a host or a volume service where
/// nothing begins, and behind them there are some, of the same project and of another one, that can begin.
/// </summary>
public sealed class StarvationTests : IDisposable
{
    private const int Room = 2;
    private const int Stuck = 10 * Room;
    private const string Zone = "nova";
    private const string Elsewhere = "elsewhere";

    private readonly WorkflowBench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_for_a_zone_without_a_host_starves_no_other_zone()
    {
        var stuck = await AddAsync(Stuck, "p", WorkflowBench.Host, Elsewhere);

        await AssertOthersRunAsync("zone", WorkflowBench.Host, stuck);
    }

    [Fact]
    public async Task What_waits_for_a_zone_whose_host_is_full_starves_no_other_zone()
    {
        await AddHostAsync("far", EngineRole.Backup, most: 1, Elsewhere);
        var runs = await AddAsync(1, "p", WorkflowBench.Host, Elsewhere, backup =>
            (backup.Host, backup.LeaseExpiresAt) = ("far", DateTime.UtcNow.AddHours(1)));
        var stuck = await AddAsync(Stuck, "p", WorkflowBench.Host, Elsewhere);

        await AssertOthersRunAsync("zone", WorkflowBench.Host, stuck);

        Assert.Equal("far", (await _bench.BackupAsync(runs[0].Id)).Host);
    }

    [Fact]
    public async Task What_waits_for_the_backup_service_of_its_volumes_host_starves_no_other_host()
    {
        var stuck = await AddAsync(Stuck, "p", "pinned", Zone);

        await AssertOthersRunAsync("volume-host", WorkflowBench.Host, stuck);
    }

    [Fact]
    public async Task What_waits_for_volumes_of_a_silent_host_starves_no_volumes_of_another()
    {
        await AddHostAsync("silent", EngineRole.Volume, most: 0, Zone, seenBefore: TimeSpan.FromDays(1));
        var stuck = await AddAsync(Stuck, "p", "silent", Zone);

        await AssertOthersRunAsync("zone", WorkflowBench.Host, stuck);
    }

    [Fact]
    public async Task What_waits_for_volumes_that_are_read_by_as_many_as_may_starves_no_volumes_of_another()
    {
        await AddHostAsync("busy", EngineRole.Volume, most: 1, Zone);
        await AddHostAsync("far", EngineRole.Backup, most: 1, Elsewhere);
        await AddAsync(1, "p", "busy", Elsewhere, backup =>
            (backup.Host, backup.LeaseExpiresAt) = ("far", DateTime.UtcNow.AddHours(1)));
        var stuck = await AddAsync(Stuck, "p", "busy", Zone);

        await AssertOthersRunAsync("zone", WorkflowBench.Host, stuck);
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>One record of the same project and one of another come last: these are taken, and no other.</summary>
    private async Task AssertOthersRunAsync(string placement, string volumeHost, BackupEntity[] stuck)
    {
        BackupEntity[] free =
        [
            .. await AddAsync(1, "p", volumeHost, Zone, Last), .. await AddAsync(1, "other", volumeHost, Zone, Last),
        ];
        _bench.DataPlane.HoldTransfers();
        using var service = new ServiceBench(_bench, configure: options =>
            (options.BackupPlacement, options.MaxConcurrentBackups, options.AvailabilityZone) =
                (placement, Room, Zone));
        await service.Hosts.ReportAsync(Token);

        await service.Dispatcher.DispatchAsync(Token);

        Assert.Equal(free.Select(backup => backup.Id).Order(), service.Runner.UnderWay.Order());
        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
        await service.Dispatcher.DispatchAsync(Token);
        await service.IdleAsync();
        foreach (var backup in free)
            Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        foreach (var backup in stuck)
            Assert.Equal(0, (await _bench.BackupAsync(backup.Id)).ClaimNumber);
    }

    private static void Last(BackupEntity backup) =>
        (backup.CreatedAt, backup.Priority) = (DateTime.UtcNow, BackupPriority.Low);

    /// <summary>Backups that wait, the oldest first; without a change, all are urgent and of yesterday.</summary>
    private async Task<BackupEntity[]> AddAsync(
        int count, string project, string volumeHost, string zone, Action<BackupEntity>? change = null)
    {
        var backups = new BackupEntity[count];
        for (var i = 0; i < count; i++)
        {
            var volume = await _bench.AddAsync(new VolumeEntity
            {
                Id = Guid.NewGuid(),
                ProjectId = project,
                SizeGiB = 1,
                Status = VolumeStatus.BackingUp,
                PreviousStatus = VolumeStatus.InUse,
                Host = volumeHost,
                CreatedAt = DateTime.UtcNow,
            });
            backups[i] = await _bench.AddBackupAsync(volume, backup =>
            {
                (backup.ProjectId, backup.AvailabilityZone) = (project, zone);
                (backup.CreatedAt, backup.Priority) = (DateTime.UtcNow.AddMinutes(i - 1440), BackupPriority.Urgent);
                change?.Invoke(backup);
            });
        }

        return backups;
    }

    private async Task AddHostAsync(
        string name, string role, int most, string zone, TimeSpan seenBefore = default) =>
        await _bench.AddAsync(new HostEntity
        {
            Host = name,
            Role = role,
            Zone = zone,
            MaxConcurrent = most,
            SeenAt = DateTime.UtcNow - seenBefore,
        });
}
