using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Transfers;

public sealed class RateLimiterTests
{
    private const int MiB = 1024 * 1024;
    private readonly ManualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Without_a_limit_nobody_waits()
    {
        var limiter = new RateLimiter(0, _time);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(limiter.AcquireAsync(MiB, Cancel).AsTask().IsCompleted);
        }
    }

    [Fact]
    public async Task What_was_overdrawn_is_paid_for_by_the_next()
    {
        var limiter = new RateLimiter(MiB, _time);
        Assert.True(limiter.AcquireAsync(4 * MiB, Cancel).AsTask().IsCompleted);
        var next = limiter.AcquireAsync(MiB, Cancel).AsTask();
        _time.Advance(TimeSpan.FromSeconds(3.9));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await next.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task Over_time_the_rate_is_kept()
    {
        var limiter = new RateLimiter(10 * MiB, _time);
        var done = 0;
        var worker = Task.Run(
            async () =>
            {
                for (; done < 100; done++)
                {
                    await limiter.AcquireAsync(MiB, Cancel);
                }
            },
            Cancel);
        for (var step = 0; !worker.IsCompleted; step++)
        {
            Assert.True(step < 2000, "the worker does not come on");
            if (SpinWait.SpinUntil(() => _time.Waiting > 0 || worker.IsCompleted, TimeSpan.FromSeconds(30)))
            {
                _time.Advance(TimeSpan.FromSeconds(0.01));
            }
        }

        await worker;
        // 100 MiB at 10 MiB/s, the first transfer and the burst of a tenth of a second free.
        Assert.InRange(_time.GetElapsedTime(0).TotalSeconds, 9.5, 10.5);
    }

    [Fact]
    public async Task A_new_rate_wakes_those_who_wait()
    {
        var limiter = new RateLimiter(1, _time);
        await limiter.AcquireAsync(MiB, Cancel);
        var next = limiter.AcquireAsync(MiB, Cancel).AsTask();
        Assert.False(next.IsCompleted);
        limiter.BytesPerSecond = 0;
        await next.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var limiter = new RateLimiter(1, _time);
        await limiter.AcquireAsync(MiB, Cancel);
        var next = limiter.AcquireAsync(MiB, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public void A_negative_rate_is_refused() => Assert.Throws<UsageException>(() => new RateLimiter(-1, _time));
}
