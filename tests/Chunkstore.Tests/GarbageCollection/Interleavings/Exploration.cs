using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>Runs a story under many schedules.</summary>
internal sealed class Exploration(Story story)
{
    /// <summary>About how many; a seed must not mean something else after other runs.</summary>
    private const int StepsOfARun = 120;

    private readonly Footprints _footprints = new();

    /// <summary>Interleavings that were run.</summary>
    public int Runs { get; private set; }

    /// <summary>Calls that were ordered in them.</summary>
    public long Steps { get; private set; }

    /// <summary>How often each set of outcomes was seen.</summary>
    public SortedDictionary<string, int> Outcomes { get; } = new(StringComparer.Ordinal);

    /// <summary>The first run in which something was lost or wrong; null where there was none.</summary>
    public string? Finding { get; private set; }

    /// <summary>Runs seeds one after another until something is found.</summary>
    public async Task<Exploration> RandomAsync(int firstSeed, int count)
    {
        for (var seed = firstSeed; seed < firstSeed + count && Finding is null; seed++)
        {
            ISchedule schedule = seed % 2 == 0
                ? new RandomSchedule(seed)
                : new PrioritySchedule(seed, changes: 1 + (seed / 2 % 4), StepsOfARun);
            var deaths = new Random(seed);
            await RunAsync(schedule, () => Math.Max(0, deaths.Next(-20, 40)), $"seed {seed}");
        }

        return this;
    }

    /// <summary>Runs all schedules with at most so many preemptions, or the first so many of them.</summary>
    public async Task<Exploration> SystematicAsync(int preemptions, int most)
    {
        var search = new SystematicSearch(preemptions, _footprints);
        for (var number = 0; number < most && Finding is null && search.Next() is { } schedule; number++)
        {
            await RunAsync(schedule, () => 0, $"schedule {number} with {preemptions} preemptions");
        }

        return this;
    }

    /// <summary>Runs one order.</summary>
    public async Task<Exploration> TurnsAsync(params string[] turns)
    {
        var schedule = new TurnsSchedule(turns);
        await RunAsync(schedule, () => 0, "turns");
        Finding ??= schedule.IsOver ? null : $"the order ended with turns to come; {Outcomes.Keys.Single()}";
        return this;
    }

    private async Task RunAsync(ISchedule schedule, Func<int> death, string name)
    {
        var (world, participants) = story.Begin(death);
        var interleaver = new Interleaver(schedule, _footprints);
        Exception? failure = null;
        try
        {
            await interleaver.RunAsync(participants);
            await world.AssertNothingIsLostAsync();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        Runs++;
        Steps += interleaver.StepCount;
        var outcomes = string.Join(", ", world.Outcomes.Order(StringComparer.Ordinal));
        Outcomes[outcomes] = Outcomes.GetValueOrDefault(outcomes) + 1;
        failure ??= participants.Select(participant => participant.Failure).FirstOrDefault(found => found is not null);
        if (failure is not null)
        {
            Finding = $"{name}: {failure}\n{outcomes}\n    {interleaver.DescribeTrace()}";
        }
    }

    public override string ToString() =>
        $"{Runs} interleavings, {Steps} steps; outcomes:\n    "
        + string.Join("\n    ", Outcomes.Select(pair => $"{pair.Value,6} {pair.Key}"));
}
