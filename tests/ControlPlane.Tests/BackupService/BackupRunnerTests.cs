using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.BackupService;

public sealed class BackupRunnerTests : IDisposable
{
    private static readonly CancellationToken Token = CancellationToken.None;

    private readonly WorkflowBench _bench = new();

    [Fact]
    public async Task No_more_transfers_run_at_once_than_configured_and_those_that_wait_say_so()
    {
        using var service = new ServiceBench(_bench, configure: options => options.MaxConcurrentBackups = 2);
        _bench.DataPlane.HoldTransfers();
        var ids = await AddBackupsAsync(4);
        foreach (var id in ids)
            Assert.True(await service.Intake.TakeAsync(id, WorkflowKind.Create, Token));

        await Eventually.HoldsAsync(() => _bench.DataPlane.Started.Count == 2);
        await Eventually.HoldsAsync(async () => (await WaitingAsync(ids)) == 2);
        Assert.Equal(2, _bench.DataPlane.Started.Count);

        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
        foreach (var id in ids)
            Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(id)).Status);
    }

    [Fact]
    public async Task A_delete_does_not_wait_for_transfers()
    {
        using var service = new ServiceBench(_bench, configure: options => options.MaxConcurrentBackups = 1);
        var old = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b => b.Status = BackupStatus.Deleting);
        _bench.DataPlane.HoldTransfers();
        var id = Assert.Single(await AddBackupsAsync(1));
        await service.Intake.TakeAsync(id, WorkflowKind.Create, Token);
        await Eventually.HoldsAsync(() => _bench.DataPlane.Started.Count == 1);

        await service.Intake.TakeAsync(old.Id, WorkflowKind.Delete, Token);

        await Eventually.HoldsAsync(async () => (await _bench.BackupAsync(old.Id)).Status == BackupStatus.Deleted);
        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
    }

    [Fact]
    public async Task A_command_that_arrives_twice_is_worked_on_once()
    {
        using var service = new ServiceBench(_bench);
        _bench.DataPlane.HoldTransfers();
        var id = Assert.Single(await AddBackupsAsync(1));

        var taken = await Task
            .WhenAll(Enumerable.Range(0, 8).Select(_ => service.Intake.TakeAsync(id, WorkflowKind.Create, Token)));
        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
        var late = await service.Intake.TakeAsync(id, WorkflowKind.Create, Token);

        Assert.Equal(1, taken.Count(was => was));
        Assert.False(late);
        Assert.Single(_bench.DataPlane.Started);
        Assert.Equal(1, (await _bench.BackupAsync(id)).ClaimNumber);
    }

    [Fact]
    public async Task Two_services_with_one_queue_make_each_backup_once()
    {
        using var a = new ServiceBench(_bench, "a");
        using var b = new ServiceBench(_bench, "b");
        var ids = await AddBackupsAsync(8);

        await Task.WhenAll(
            ids.SelectMany(id => new[] { a, b }, (id, s) => s.Intake.TakeAsync(id, WorkflowKind.Create, Token)));
        await a.IdleAsync();
        await b.IdleAsync();

        Assert.Equal(8, _bench.DataPlane.Started.Count);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task At_shutdown_nothing_more_is_taken_and_what_does_not_end_in_time_is_suspended()
    {
        using var service = new ServiceBench(_bench, configure: options => options.DrainSeconds = 0);
        _bench.DataPlane.HoldTransfers();
        var ids = await AddBackupsAsync(2);
        await service.Intake.TakeAsync(ids[0], WorkflowKind.Create, Token);
        await Eventually.HoldsAsync(() => _bench.DataPlane.Started.Count == 1);

        await service.Runner.StopAsync(Token);

        Assert.False(await service.Intake.TakeAsync(ids[1], WorkflowKind.Create, Token));
        Assert.Empty(_bench.DataPlane.Attachments);
        Assert.Empty(_bench.Volumes.Exports);
        var record = await _bench.BackupAsync(ids[0]);
        Assert.Equal(BackupStatus.Creating, record.Status);
        Assert.True(record.LeaseExpiresAt < DateTime.UtcNow.AddMinutes(10));
    }

    [Fact]
    public async Task At_shutdown_what_ends_in_time_ends_well()
    {
        using var service = new ServiceBench(_bench, configure: options => options.DrainSeconds = 60);
        _bench.DataPlane.HoldTransfers();
        var id = Assert.Single(await AddBackupsAsync(1));
        await service.Intake.TakeAsync(id, WorkflowKind.Create, Token);
        await Eventually.HoldsAsync(() => _bench.DataPlane.Started.Count == 1);

        var stop = service.Runner.StopAsync(Token);
        _bench.DataPlane.ReleaseTransfers();
        await stop;

        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(id)).Status);
    }

    public void Dispose() => _bench.Dispose();

    private async Task<List<Guid>> AddBackupsAsync(int count)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
            ids.Add((await _bench.AddBackupAsync(await _bench.AddVolumeAsync())).Id);
        return ids;
    }

    private async Task<int> WaitingAsync(List<Guid> ids)
    {
        var waiting = 0;
        foreach (var id in ids)
        {
            var steps = await _bench.StepsAsync(id);
            waiting += steps.Count == 1 && steps[0].FactsJson.Contains("queued", StringComparison.Ordinal) ? 1 : 0;
        }

        return waiting;
    }
}
