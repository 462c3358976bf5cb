using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.BackupService;

/// <summary>Verifications are found, taken, taken over and cancelled as backups are.</summary>
public sealed class VerificationServiceTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_was_asked_for_is_found_in_the_records_one_at_a_time()
    {
        var first = await _bench.AskVerificationAsync();
        var second = await _bench.AskVerificationAsync();
        _bench.DataPlane.HoldTransfers();
        using var service = await StartAsync();

        await service.Dispatcher.DispatchAsync(Token);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);
        await service.Dispatcher.DispatchAsync(Token);

        Assert.Single(_bench.DataPlane.Started);
        Assert.Equal(0, (await _bench.VerificationAsync(second.Id)).ClaimNumber);
        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
        await service.Dispatcher.DispatchAsync(Token);
        await service.IdleAsync();
        Assert.Equal(VerificationStatus.Good, (await _bench.VerificationAsync(first.Id)).Status);
        Assert.Equal(VerificationStatus.Good, (await _bench.VerificationAsync(second.Id)).Status);
    }

    [Fact]
    public async Task One_whose_owner_is_gone_is_taken_over()
    {
        var backup = await _bench.AskVerificationAsync();
        await _bench.ClaimVerificationAsync(backup.Id, "gone");
        using var service = await StartAsync();
        await service.Sweeper.SweepAsync(TimeSpan.FromHours(1), Token);
        Assert.Equal("gone", (await _bench.VerificationAsync(backup.Id)).Host);
        await _bench.ChangeVerificationAsync(backup.Id, row => row.LeaseExpiresAt = DateTime.UtcNow.AddMinutes(-1));

        await service.Sweeper.SweepAsync(TimeSpan.FromHours(1), Token);
        await service.IdleAsync();

        var row = await _bench.VerificationAsync(backup.Id);
        Assert.Equal((VerificationStatus.Good, 2L), (row.Status, row.ClaimNumber));
    }

    [Fact]
    public async Task One_that_runs_is_cancelled_and_its_job_ends()
    {
        var backup = await _bench.AskVerificationAsync();
        _bench.DataPlane.HoldTransfers();
        using var service = await StartAsync();
        await service.Dispatcher.DispatchAsync(Token);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        await _bench.ChangeVerificationAsync(backup.Id, row => row.CancelRequestedAt = DateTime.UtcNow);
        await service.IdleAsync();

        Assert.Equal(VerificationStatus.Cancelled, (await _bench.VerificationAsync(backup.Id)).Status);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task One_that_waits_behind_another_is_cancelled_without_its_turn()
    {
        await _bench.AskVerificationAsync();
        var second = await _bench.AskVerificationAsync();
        _bench.DataPlane.HoldTransfers();
        using var service = await StartAsync();
        await service.Dispatcher.DispatchAsync(Token);

        await _bench.ChangeVerificationAsync(second.Id, row => row.CancelRequestedAt = DateTime.UtcNow);
        await service.Dispatcher.DispatchAsync(Token);
        await Eventually.HoldsAsync(
            async () => (await _bench.VerificationAsync(second.Id)).Status == VerificationStatus.Cancelled);

        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();
    }

    private async Task<ServiceBench> StartAsync()
    {
        var service = new ServiceBench(_bench);
        await service.Hosts.ReportAsync(Token);
        return service;
    }
}
