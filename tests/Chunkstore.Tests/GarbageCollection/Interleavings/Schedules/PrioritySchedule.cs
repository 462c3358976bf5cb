namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

/// <summary>
/// Probabilistic concurrency testing: the participants have random priorities, and at a few random steps the one that
/// is running falls behind all others. Finds what needs few changes of turn with a probability that can be stated.
/// </summary>
internal sealed class PrioritySchedule : ISchedule
{
    private readonly Random _random;
    private readonly HashSet<int> _changes;
    private readonly Dictionary<Participant, double> _priorities = [];
    private double _lowest;
    private int _step;

    /// <param name="seed">Of everything random.</param>
    /// <param name="changes">How often somebody falls behind.</param>
    /// <param name="steps">About how many steps a run has.</param>
    public PrioritySchedule(int seed, int changes, int steps)
    {
        _random = new Random(seed);
        _changes = [.. Enumerable.Range(0, changes).Select(_ => _random.Next(steps))];
    }

    public Participant Choose(IReadOnlyList<Participant> ready)
    {
        foreach (var participant in ready)
        {
            _priorities.TryAdd(participant, _random.NextDouble());
        }

        var chosen = ready.MaxBy(participant => _priorities[participant])!;
        if (_changes.Contains(_step++) || chosen.IsYielding)
        {
            _priorities[chosen] = --_lowest;
            chosen = ready.MaxBy(participant => _priorities[participant])!;
        }

        return chosen;
    }
}
