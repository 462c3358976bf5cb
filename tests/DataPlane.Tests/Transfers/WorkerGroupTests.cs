using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Transfers;

public sealed class WorkerGroupTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_failure_is_reported_and_stops_the_others()
    {
        using var group = new WorkerGroup(Cancel);
        group.Start(stop => Task.Delay(Timeout.Infinite, stop));
        group.StartThread(stop => stop.WaitHandle.WaitOne());
        group.Start(_ => throw new InvalidDataException("first"));
        var error = await Assert.ThrowsAsync<InvalidDataException>(group.WaitAsync);
        Assert.Equal("first", error.Message);
    }

    [Fact]
    public async Task A_failure_is_known_before_the_end_of_its_work_is_announced()
    {
        using var group = new WorkerGroup(Cancel);
        var ended = new TaskCompletionSource();
        group.Start(async _ =>
        {
            await ended.Task;
            throw new InvalidOperationException("a consequence");
        });
        group.StartThread(_ => throw new InvalidDataException("the cause"), ended.SetResult);
        await Assert.ThrowsAsync<InvalidDataException>(group.WaitAsync);
    }

    [Fact]
    public async Task Cancelling_is_no_failure_of_a_worker()
    {
        using var cancel = new CancellationTokenSource();
        using var group = new WorkerGroup(cancel.Token);
        group.StartThread(stop => throw new InvalidDataException(stop.WaitHandle.WaitOne() ? "a consequence" : ""));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(group.WaitAsync);
    }

    [Fact]
    public async Task Without_a_failure_all_have_ended()
    {
        using var group = new WorkerGroup(Cancel);
        var done = 0;
        for (var i = 0; i < 10; i++)
        {
            group.Start(async _ =>
            {
                await Task.Yield();
                Interlocked.Increment(ref done);
            });
            group.StartThread(_ => Interlocked.Increment(ref done));
        }

        await group.WaitAsync();
        Assert.Equal(20, done);
    }
}
