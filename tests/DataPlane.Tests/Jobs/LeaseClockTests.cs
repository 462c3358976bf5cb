using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Jobs;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>A lease on a clock whose timers do not fire: as in a process that was stopped and goes on.</summary>
public sealed class LeaseClockTests
{
    private readonly LateTimers _time = new();

    [Fact]
    public void A_lease_has_ended_before_its_timer_says_so()
    {
        using var lease = new Lease("l", 100, _time);
        _time.Now = 99;
        Assert.False(lease.HasEnded);
        _time.Now = 100;
        Assert.True(lease.HasEnded);
        Assert.False(lease.Ended.IsCancellationRequested);
        Assert.False(lease.TryExtend(1000));
        Assert.True(lease.HasEnded);
    }

    [Fact]
    public void A_shorter_renewal_that_comes_late_does_not_shorten_it()
    {
        using var lease = new Lease("l", 100, _time);
        Assert.True(lease.TryExtend(300));
        Assert.True(lease.TryExtend(200));
        _time.Now = 299;
        Assert.False(lease.HasEnded);
    }

    [Fact]
    public void A_job_may_write_as_long_as_its_lease_lasts_and_is_cancelled_by_the_first_write_after_it()
    {
        using var lease = new Lease("l", 100, _time);
        using var job = new Job("j", new DeleteWork
        {
            Repository = "/r",
            BackupId = BackupId.Parse("b"),
            KeepCheckpoints = false,
        }, lease: lease);
        _time.Now = 99;
        job.RequireLease();
        _time.Now = 100;
        var error = Assert.ThrowsAny<OperationCanceledException>(job.RequireLease);
        job.Fail(error);
        var last = job.Snapshot();
        Assert.Equal((Contract.JobState.Cancelled, true), (last.State, last.LeaseEnded));
    }

    [Fact]
    public void A_lease_in_the_table_is_replaced_when_it_has_run_out()
    {
        var table = new LeaseTable(_time);
        var first = table.Join(new Contract.Lease { LeaseId = "l", ValidUntilNanoseconds = 100 });
        Assert.Same(first, table.Join(new Contract.Lease { LeaseId = "l", ValidUntilNanoseconds = 200 }));
        _time.Now = 200;
        Assert.False(table.Renew(new Contract.Lease { LeaseId = "l", ValidUntilNanoseconds = 300 }));
        var second = table.Join(new Contract.Lease { LeaseId = "l", ValidUntilNanoseconds = 300 });
        Assert.NotSame(first, second);
        Assert.True(first!.HasEnded);
        Assert.Null(table.Join(null));
    }

    /// <summary>Nanoseconds that the test sets; timers are given out and never fire.</summary>
    private sealed class LateTimers : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Now;

        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer();

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
