using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.BackupService;

public sealed class LeaseKeeperTests : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly WorkflowBench _bench = new();

    [Fact]
    public async Task The_lease_is_renewed_as_long_as_the_work_lasts()
    {
        var time = new ManualTime();
        var (backup, keeper) = await KeepAsync(TimeSpan.FromHours(1), time);
        await using var disposed = keeper;
        await _bench.ExpireLeaseAsync(backup.Id);

        time.Advance(TimeSpan.FromMinutes(16));

        await Eventually.HoldsAsync(async () => (await _bench.BackupAsync(backup.Id)).LeaseExpiresAt > DateTime.UtcNow);

        Assert.False(keeper.Overruled.IsCancellationRequested);
    }

    [Fact]
    public async Task A_claim_of_another_service_ends_the_work()
    {
        var (backup, keeper) = await KeepAsync(TimeSpan.FromHours(1));
        await using var disposed = keeper;

        await _bench.StealAsync(backup.Id);

        await Eventually.HoldsAsync(() => keeper.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_status_that_an_operator_has_changed_overrules_the_work()
    {
        var (backup, keeper) = await KeepAsync(TimeSpan.FromHours(1));
        await using var disposed = keeper;

        await _bench.SetStatusAsync(backup.Id, BackupStatus.Error);

        await Eventually.HoldsAsync(() => keeper.Overruled.IsCancellationRequested);
    }

    [Fact]
    public async Task A_claim_that_has_ended_is_kept_no_longer_and_its_record_gets_no_lease_again()
    {
        var (backup, keeper) = await KeepAsync(TimeSpan.FromHours(1));
        await using var disposed = keeper;

        await _bench.EndClaimAsync(backup.Id, BackupStatus.Available);
        await keeper.Kept.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.False(keeper.Overruled.IsCancellationRequested);
        Assert.False(keeper.Lost.IsCancellationRequested);
        Assert.Null((await _bench.BackupAsync(backup.Id)).LeaseExpiresAt);
    }

    [Fact]
    public async Task A_database_that_is_away_for_as_long_as_the_lease_ends_the_work()
    {
        var time = new ManualTime();
        var (_, keeper) = await KeepAsync(TimeSpan.FromHours(1), time);
        await using var disposed = keeper;

        _bench.Unreachable = true;
        time.Advance(TimeSpan.FromMinutes(61));

        await Eventually.HoldsAsync(() => keeper.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_ends_the_work_with_the_lease()
    {
        var (_, keeper) = await KeepAsync(TimeSpan.FromSeconds(2));
        await using var disposed = keeper;

        _bench.Silent = true;

        await Eventually.HoldsAsync(() => keeper.Lost.IsCancellationRequested);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_cancel_of_the_owner_overrules_the_work()
    {
        var (backup, keeper) = await KeepAsync(TimeSpan.FromHours(1));
        await using var disposed = keeper;

        await _bench.CancelAsync(backup.Id);

        await Eventually.HoldsAsync(() => keeper.Overruled.IsCancellationRequested);
        Assert.Contains("cancelled", keeper.Reason, StringComparison.Ordinal);
    }

    private async Task<(BackupEntity Backup, LeaseKeeper Keeper)> KeepAsync(TimeSpan lease, TimeProvider? time = null)
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        time ??= TimeProvider.System;
        var claim = await _bench.ClaimAsync(backup.Id) with { ClaimedAt = time.GetTimestamp() };
        var record = new BackupRecord(_bench, claim, "a", 30, time, NullLogger.Instance);
        return (backup, new LeaseKeeper(record, lease, Look, time, NullLogger.Instance));
    }

    /// <summary>Waits as long as real time; how much has passed is what the test says.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
