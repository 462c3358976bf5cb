using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_gets_what_it_wants_but_no_more_than_half_of_what_is_free_and_what_it_needs_in_any_case()
    {
        var budget = new MemoryBudget(1000);
        using var first = await AcquireAsync(budget, 10, 300);
        using var second = await AcquireAsync(budget, 10, 900);
        using var third = await AcquireAsync(budget, 300, 900);
        Assert.Equal((300, 350, 300), (first.Bytes, second.Bytes, third.Bytes));
        Assert.Equal(950, budget.GrantedBytes);
    }

    [Fact]
    public async Task One_job_alone_gets_all_of_it()
    {
        using var grant = await AcquireAsync(new MemoryBudget(1000, forOneJob: true), 10, 5000);
        Assert.Equal(1000, grant.Bytes);
    }

    [Fact]
    public async Task Who_waits_is_told_and_served_in_the_order_of_asking()
    {
        var budget = new MemoryBudget(100);
        var told = new List<string>();
        var all = await AcquireAsync(budget, 100, 100);
        var large = WaitAsync("large", 80);
        var small = WaitAsync("small", 10);
        Assert.Equal(["large", "small"], told);
        Assert.Equal((100, 2), (budget.GrantedBytes, budget.WaitingCount));
        all.Dispose();
        var grants = await Task.WhenAll(large, small);
        Assert.Equal(90, budget.GrantedBytes);
        grants[0].Dispose();
        grants[1].Dispose();
        grants[1].Dispose();
        Assert.Equal(0, budget.GrantedBytes);

        async Task<MemoryGrant> WaitAsync(string name, long bytes) =>
            await budget.AcquireAsync(bytes, bytes, () => told.Add(name), Cancel);
    }

    /// <summary>The large one stands in the way of the small one: it would wait for ever else.</summary>
    [Fact]
    public async Task Nobody_passes_one_who_waits_until_that_one_gives_up()
    {
        var budget = new MemoryBudget(100);
        using var half = await AcquireAsync(budget, 50, 50);
        using var stop = new CancellationTokenSource();
        var large = budget.AcquireAsync(80, 80, null, stop.Token);
        var small = AcquireAsync(budget, 10, 10);
        Assert.False(small.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        Assert.Equal(50, budget.GrantedBytes);
    }

    [Fact]
    public async Task What_can_never_be_had_is_refused_at_once()
    {
        var budget = new MemoryBudget(100);
        var error = await Assert.ThrowsAsync<UsageException>(() => AcquireAsync(budget, 101, 101));
        Assert.Contains("101 bytes", error.Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => new MemoryBudget(0));
    }

    [Fact]
    public async Task No_more_than_a_number_of_jobs_wait()
    {
        var budget = new MemoryBudget(10);
        var all = await AcquireAsync(budget, 10, 10);
        var waiting = Enumerable.Range(0, MemoryBudget.MaximumWaiting)
            .Select(_ => AcquireAsync(budget, 10, 10)).ToList();
        await Assert.ThrowsAsync<UsageException>(() => AcquireAsync(budget, 1, 1));
        all.Dispose();
        foreach (var next in waiting)
        {
            (await next).Dispose();
        }

        Assert.Equal(0, budget.GrantedBytes);
    }

    [Fact]
    public void A_job_that_would_hold_more_than_it_was_granted_is_a_defect()
    {
        using var grant = new MemoryGrant(null, 100);
        grant.Check(100);
        Assert.Throws<InvalidOperationException>(() => grant.Check(101));
    }

    /// <summary>Whatever jobs ask for and give up: the sum of what they hold is never more than the budget.</summary>
    [Fact]
    public async Task It_is_never_exceeded()
    {
        var budget = new MemoryBudget(1000);
        var held = 0L;
        var most = 0L;
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), Limit, async (seed, token) =>
        {
            var random = new Random(seed);
            var minimum = random.Next(1, 400);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
            var asked = budget.AcquireAsync(minimum, random.Next(minimum, 2000), null, stop.Token);
            if (random.Next(4) == 0)
            {
                await stop.CancelAsync();
            }

            try
            {
                using var grant = await asked;
                Assert.InRange(grant.Bytes, minimum, 1000);
                InterlockedMax(ref most, Interlocked.Add(ref held, grant.Bytes));
                await Task.Yield();
                Interlocked.Add(ref held, -grant.Bytes);
            }
            catch (OperationCanceledException)
            {
                // It gave up.
            }
        });
        Assert.InRange(most, 1, 1000);
        Assert.Equal((0, 0), (budget.GrantedBytes, budget.WaitingCount));
    }

    private static ParallelOptions Limit => new() { MaxDegreeOfParallelism = 32, CancellationToken = Cancel };

    private static Task<MemoryGrant> AcquireAsync(MemoryBudget budget, long minimum, long wanted) =>
        budget.AcquireAsync(minimum, wanted, null, Cancel);

    private static void InterlockedMax(ref long place, long value)
    {
        for (var seen = Interlocked.Read(ref place); seen < value; seen = Interlocked.Read(ref place))
        {
            Interlocked.CompareExchange(ref place, value, seen);
        }
    }
}
