using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;

namespace BackupEngine.ControlPlane.Tests.BackupService;

public sealed class BackupDispatcherTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_host_takes_what_it_has_room_for_and_the_rest_stays_for_others()
    {
        var backups = await AddBackupsAsync(3);
        _bench.DataPlane.HoldTransfers();
        using var service = await StartAsync();

        await service.Dispatcher.DispatchAsync(Token);
        await service.Dispatcher.DispatchAsync(Token);

        bool[] expected = [true, true, false];
        Assert.Equal(expected, await ClaimedAsync(backups));
        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
        await service.Dispatcher.DispatchAsync(Token);
        await service.IdleAsync();
        Assert.All(await StatusesAsync(backups), status => Assert.Equal(BackupStatus.Available, status));
    }

    [Fact]
    public async Task A_backup_that_waits_is_cancelled_without_room_and_its_volume_is_free_again()
    {
        var backups = await AddBackupsAsync(3);
        _bench.DataPlane.HoldTransfers();
        using var service = await StartAsync();
        await service.Dispatcher.DispatchAsync(Token);

        await _bench.CancelAsync(backups[2].Id);
        await service.Dispatcher.DispatchAsync(Token);
        await Eventually.HoldsAsync(
            async () => (await _bench.BackupAsync(backups[2].Id)).Status == BackupStatus.Error);

        var cancelled = await _bench.BackupAsync(backups[2].Id);
        Assert.Contains("cancelled", cancelled.FailReason, StringComparison.Ordinal);
        Assert.Null(cancelled.CancelRequestedAt);
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(cancelled.VolumeId)).Status);
        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_backup_that_runs_is_cancelled_and_everything_is_undone()
    {
        var backups = await AddBackupsAsync(1);
        _bench.DataPlane.HoldTransfers();
        using var service = await StartAsync();
        await service.Dispatcher.DispatchAsync(Token);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Jobs.IsEmpty);

        await _bench.CancelAsync(backups[0].Id);
        await service.IdleAsync();

        var cancelled = await _bench.BackupAsync(backups[0].Id);
        Assert.Equal(BackupStatus.Error, cancelled.Status);
        Assert.Contains("cancelled", cancelled.FailReason, StringComparison.Ordinal);
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(cancelled.VolumeId)).Status);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Hosts_that_look_at_once_take_each_backup_once()
    {
        var backups = await AddBackupsAsync(4);
        using var one = await StartAsync("one");
        using var two = await StartAsync("two");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(
            i => (i % 2 == 0 ? one : two).Dispatcher.DispatchAsync(Token)));
        await one.IdleAsync();
        await two.IdleAsync();

        foreach (var backup in backups)
        {
            var record = await _bench.BackupAsync(backup.Id);
            Assert.True(record.ClaimNumber <= 1, $"claimed {record.ClaimNumber} times");
        }
    }

    private async Task<ServiceBench> StartAsync(string host = WorkflowBench.Host)
    {
        var service = new ServiceBench(_bench, host, options =>
        {
            options.BackupPlacement = "zone";
            options.MaxConcurrentBackups = 2;
        });
        await service.Hosts.ReportAsync(Token);
        return service;
    }

    private async Task<BackupEntity[]> AddBackupsAsync(int count)
    {
        var backups = new BackupEntity[count];
        for (var i = 0; i < count; i++)
            backups[i] = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), backup =>
            {
                backup.AvailabilityZone = "nova";
                backup.CreatedAt = DateTime.UtcNow.AddMinutes(i - 60);
            });
        return backups;
    }

    private async Task<bool[]> ClaimedAsync(BackupEntity[] backups)
    {
        var claimed = new bool[backups.Length];
        for (var i = 0; i < backups.Length; i++)
            claimed[i] = (await _bench.BackupAsync(backups[i].Id)).LeaseExpiresAt is not null;
        return claimed;
    }

    private async Task<string[]> StatusesAsync(BackupEntity[] backups)
    {
        var statuses = new string[backups.Length];
        for (var i = 0; i < backups.Length; i++)
            statuses[i] = (await _bench.BackupAsync(backups[i].Id)).Status;
        return statuses;
    }
}
