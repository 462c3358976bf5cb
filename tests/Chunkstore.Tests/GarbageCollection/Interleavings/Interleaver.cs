using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>Runs participants against each other, one call at a time, in the order of a schedule.</summary>
internal sealed class Interleaver(ISchedule schedule, Footprints footprints)
{
    private const int MaximumSteps = 20_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly List<string> _trace = [];

    /// <summary>Calls that wait hold their threads, and the pool adds new ones only slowly.</summary>
    static Interleaver()
    {
        ThreadPool.GetMinThreads(out _, out var completion);
        ThreadPool.SetMinThreads(64, completion);
    }

    /// <summary>Calls so far.</summary>
    public int StepCount => _trace.Count;

    public async Task RunAsync(IReadOnlyList<Participant> participants)
    {
        foreach (var participant in participants)
        {
            participant.Start();
            participant.AwaitRest(Limit);
        }

        try
        {
            for (var step = 0; Ready(participants) is { Count: > 0 } ready; step++)
            {
                Take(ready, step);
            }
        }
        finally
        {
            foreach (var participant in participants)
            {
                participant.Die();
                await participant.EndAsync();
            }
        }
    }

    /// <summary>What happened, call by call.</summary>
    public string DescribeTrace() => string.Join("\n    ", _trace);

    private void Take(IReadOnlyList<Participant> ready, int step)
    {
        var chosen = schedule.Choose(ready);
        var call = chosen.Next!;
        footprints.Add(chosen.Name, call);
        _trace.Add($"{chosen.Name}: {call}");
        if (step > MaximumSteps)
        {
            throw new TimeoutException($"no end after {MaximumSteps} steps");
        }

        chosen.Go();
        if (chosen.IsDead)
        {
            _trace[^1] += " - and dies there";
            return;
        }

        chosen.AwaitRest(Limit);
    }

    private static IReadOnlyList<Participant> Ready(IReadOnlyList<Participant> participants) =>
        [.. participants.Where(participant => !participant.IsDead && !participant.IsFinished)];
}
