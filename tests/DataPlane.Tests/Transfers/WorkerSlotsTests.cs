using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Transfers;

public sealed class WorkerSlotsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One job has eight workers and was first, the other has one: turn by turn all the same.</summary>
    [Fact]
    public async Task A_job_that_comes_later_has_every_second_turn_however_many_workers_the_first_has()
    {
        var slots = new WorkerSlots(1);
        using var large = slots.Join();
        using var small = slots.Join();
        var holder = large.NewTicket();
        await holder.EnterAsync(Cancel);
        var waiting = new List<(SlotTicket Ticket, Task Turn)>();
        for (var i = 0; i < 7; i++)
        {
            waiting.Add(Ask(large.NewTicket()));
        }

        waiting.Add(Ask(small.NewTicket()));
        for (var turn = 0; turn < 20; turn++)
        {
            holder.Leave();
            var share = turn % 2 == 0 ? small : large;
            var called = waiting.First(one => one.Ticket.Share == share);
            Assert.True(Completes(called.Turn));
            Assert.Single(waiting, one => one.Turn.IsCompleted);
            waiting.Remove(called);
            waiting.Add(Ask(holder));
            holder = called.Ticket;
            Assert.Equal(1, slots.TakenCount);
        }

        Assert.Equal((11, 10), (large.Turns, small.Turns));
        await EndAsync(holder, waiting);
    }

    [Fact]
    public async Task Of_two_slots_each_of_two_jobs_has_one()
    {
        var slots = new WorkerSlots(2);
        using var first = slots.Join();
        using var second = slots.Join();
        var (a, b) = (first.NewTicket(), first.NewTicket());
        await a.EnterAsync(Cancel);
        await b.EnterAsync(Cancel);
        var waiting = new List<(SlotTicket, Task)> { Ask(first.NewTicket()), Ask(second.NewTicket()) };
        a.Leave();
        Assert.True(Completes(waiting[1].Item2));
        Assert.False(waiting[0].Item2.IsCompleted);
        Assert.Equal((1, 2), ((int)second.Turns, slots.TakenCount));
        await EndAsync(b, waiting);
    }

    [Fact]
    public async Task A_worker_that_gives_up_leaves_its_turn_to_the_next()
    {
        var slots = new WorkerSlots(1);
        using var share = slots.Join();
        var (holder, impatient, patient) = (share.NewTicket(), share.NewTicket(), share.NewTicket());
        await holder.EnterAsync(Cancel);
        using var stop = new CancellationTokenSource();
        var gaveUp = impatient.EnterAsync(stop.Token).AsTask();
        var waits = patient.EnterAsync(Cancel).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gaveUp);
        Assert.False(impatient.IsHeld);
        impatient.Leave();
        holder.Leave();
        await waits;
        patient.Leave();
        await impatient.EnterAsync(Cancel);
        impatient.Leave();
        Assert.Equal(0, slots.TakenCount);
    }

    [Fact]
    public async Task Never_more_work_at_once_than_there_are_slots_and_everybody_ends()
    {
        var slots = new WorkerSlots(3);
        var (working, most) = (0, 0);
        var jobs = Enumerable.Range(1, 6).Select(async lanes =>
        {
            using var share = slots.Join();
            await Task.WhenAll(Enumerable.Range(0, lanes).Select(async _ =>
            {
                var ticket = share.NewTicket();
                for (var i = 0; i < 200; i++)
                {
                    await ticket.EnterAsync(Cancel);
                    var now = Interlocked.Increment(ref working);
                    most = Math.Max(most, now);
                    await Task.Yield();
                    Interlocked.Decrement(ref working);
                    ticket.Leave();
                }
            }));
            return share.Turns;
        });
        var turns = await Task.WhenAll(jobs);
        Assert.Equal([200, 400, 600, 800, 1000, 1200], turns);
        Assert.InRange(most, 1, 3);
        Assert.Equal(0, slots.TakenCount);
    }

    private static (SlotTicket Ticket, Task Turn) Ask(SlotTicket ticket) =>
        (ticket, ticket.EnterAsync(Cancel).AsTask());

    /// <summary>Who has been called learns of it a moment later, on another thread.</summary>
    private static bool Completes(Task task) => task.Wait(TimeSpan.FromSeconds(30), Cancel);

    private static async Task EndAsync(SlotTicket holder, List<(SlotTicket Ticket, Task Turn)> waiting)
    {
        holder.Leave();
        while (waiting.Count > 0)
        {
            await Task.WhenAny(waiting.Select(one => one.Turn));
            var called = waiting.First(one => one.Turn.IsCompleted);
            waiting.Remove(called);
            called.Ticket.Leave();
        }
    }
}
