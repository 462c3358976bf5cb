using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>
/// The lease that the data plane is given for a claim: no longer than that of the record, and no failure when it ends
/// although the claim is good.
/// </summary>
public sealed class DataPlaneLeaseTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void It_ends_a_quarter_before_that_of_the_record_and_counts_from_before_the_claim()
    {
        var time = new SetTime { Now = TimeSpan.FromSeconds(100) };
        var lease = LeaseOf(time, ClaimedAt(time));
        time.Now = TimeSpan.FromSeconds(110);

        Assert.Equal(130_000_000_000, lease.ToWire().ValidUntilNanoseconds);

        Assert.True(lease.IsValid);
        time.Now = TimeSpan.FromSeconds(130);
        Assert.False(lease.IsValid);
        lease.Renew(TimeSpan.FromSeconds(120).Ticks);
        lease.Renew(TimeSpan.FromSeconds(105).Ticks);
        Assert.True(lease.IsValid);
        Assert.Equal(150_000_000_000, lease.ToWire().ValidUntilNanoseconds);
    }

    [Fact]
    public async Task Every_job_and_every_attachment_of_a_workflow_is_under_the_lease_of_its_record()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.RunAsync(backup.Id);
        await _bench.SetStatusAsync(backup.Id, BackupStatus.Deleting);
        await _bench.RunAsync(backup.Id);
        var verified = await _bench.AskVerificationAsync();
        await _bench.VerifyAsync(verified.Id);

        Assert.Equal(
            [$"backup-{backup.Id}", $"backup-{backup.Id}", $"verification-{verified.Id}"],
            _bench.DataPlane.Started.Select(started => started.Lease.LeaseId));
        Assert.Equal([$"backup-{backup.Id}"], _bench.DataPlane.Leases);
    }

    [Fact]
    public async Task A_transfer_whose_lease_has_run_out_is_started_again_as_often_as_it_takes()
    {
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var run = _bench.RunAsync(backup.Id);
        for (var times = 1; times <= 3; times++)
        {
            await Eventually.HoldsAsync(() => Transfers().Length == times);
            if (times == 3)
                _bench.DataPlane.ReleaseTransfers();
            else
                _bench.DataPlane.EndLeases(hold: true);
        }

        await run;

        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal(3, Transfers().Select(started => started.JobId).Distinct().Count());
        Assert.All(
            _bench.DataPlane.Started.Where(started => started.Delete is not null),
            started => Assert.True(started.Delete.KeepCheckpoints));
        _bench.AssertNothingLeft();

        StartJobRequest[] Transfers() =>
            [.. _bench.DataPlane.Started.Where(started => started.Backup is not null)];
    }

    [Fact]
    public async Task A_removal_whose_lease_has_run_out_is_asked_for_again()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.RunAsync(backup.Id);
        await _bench.SetStatusAsync(backup.Id, BackupStatus.Deleting);
        var refusals = 2;
        _bench.DataPlane.OnCall = call =>
        {
            if (call == "StartJob" && refusals-- > 0)
                throw new DataPlaneLeaseEndedException("The lease ran out before the request came.");
        };

        await _bench.RunAsync(backup.Id);

        Assert.Empty(_bench.DataPlane.Repository);
        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.True(refusals < 0);
    }

    [Fact]
    public async Task What_was_given_is_renewed_with_the_record_and_what_was_not_is_left_alone()
    {
        var time = new SetTime { Now = TimeSpan.FromSeconds(1) };
        var lease = LeaseOf(time, ClaimedAt(time));
        await using var keeper = new DataPlaneLeaseKeeper(
            lease, _bench.DataPlane, TimeSpan.FromMilliseconds(5), time, NullLogger.Instance);
        lease.Renew(TimeSpan.FromSeconds(10).Ticks);
        await Eventually.HoldsAsync(() => time.Waits > 3);
        Assert.Empty(_bench.DataPlane.Renewed);

        var given = lease.ToWire();
        await Eventually.HoldsAsync(() => _bench.DataPlane.Renewed.Contains(given));

        var failures = 2;
        _bench.DataPlane.OnCall = call =>
        {
            if (call == "RenewLease" && failures-- > 0)
                throw new DataPlaneLostException("The data plane did not answer.");
        };
        lease.Renew(TimeSpan.FromSeconds(20).Ticks);
        await Eventually.HoldsAsync(() => _bench.DataPlane.Renewed.Contains(lease.ToWire()));
    }

    private static DataPlaneLease LeaseOf(TimeProvider time, BackupClaim claim) =>
        new(claim, TimeSpan.FromSeconds(40), time);

    private static BackupClaim ClaimedAt(TimeProvider time) =>
        new(Guid.NewGuid(), WorkflowKind.Create, 1, TakesOver: false, time.GetTimestamp());

    /// <summary>A clock that stands where the test sets it; it waits as long as real time.</summary>
    private sealed class SetTime : TimeProvider
    {
        private long _ticks;
        private int _waits;

        /// <summary>How often somebody began to wait.</summary>
        public int Waits => Volatile.Read(ref _waits);

        public TimeSpan Now
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
            set => Interlocked.Exchange(ref _ticks, value.Ticks);
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _waits);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
