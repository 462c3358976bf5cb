using BackupEngine.ControlPlane.VolumeService;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class BackgroundWorkTests
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Work_of_one_key_runs_once_until_it_is_forgotten()
    {
        await using var work = new BackgroundWork<string>(concurrency: 2, capacity: 4);
        var runs = 0;
        var first = work.StartOrJoin("a", CountAsync);
        Assert.Same(first, work.StartOrJoin("a", CountAsync));
        work.Forget("a");
        Assert.Same(first, work.StartOrJoin("a", CountAsync));
        _gate.SetResult();
        await first;
        Assert.Same(first, work.StartOrJoin("a", CountAsync));
        work.Forget("a");
        await work.StartOrJoin("a", CountAsync);
        Assert.Equal(2, runs);

        Task CountAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref runs);
            return _gate.Task;
        }
    }

    [Fact]
    public async Task No_more_runs_at_once_than_allowed_and_no_more_waits()
    {
        await using var work = new BackgroundWork<int>(concurrency: 2, capacity: 5);
        var (running, most) = (0, 0);
        var tasks = Enumerable.Range(0, 5).Select(key => work.StartOrJoin(key, async _ =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await _gate.Task;
            Interlocked.Decrement(ref running);
        })).ToArray();
        await Assert.ThrowsAsync<RefusedException>(() => work.StartOrJoin(5, _ => Task.CompletedTask));
        _gate.SetResult();
        await Task.WhenAll(tasks);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task Stopping_waits_until_the_work_has_stopped()
    {
        await using var work = new BackgroundWork<int>(concurrency: 1, capacity: 2);
        var stopped = false;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = work.StartOrJoin(1, async token =>
        {
            begun.SetResult();
            try
            {
                await _gate.Task.WaitAsync(token);
            }
            finally
            {
                stopped = true;
            }
        });
        await begun.Task;
        await work.StopAsync(1);
        Assert.True(stopped);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        await work.StartOrJoin(1, _ => Task.CompletedTask);
    }

    [Fact]
    public async Task Disposing_stops_everything_and_takes_nothing_more()
    {
        var work = new BackgroundWork<int>(concurrency: 1, capacity: 3);
        var tasks = Enumerable.Range(0, 3).Select(key => work.StartOrJoin(key, token => _gate.Task.WaitAsync(token)));
        var begun = tasks.ToArray();
        await work.DisposeAsync();
        Assert.All(begun, task => Assert.True(task.IsCompleted));
        await Assert.ThrowsAsync<RefusedException>(() => work.StartOrJoin(9, _ => Task.CompletedTask));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
