namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

/// <summary>Anybody, with a preference for whoever went before: long runs and short ones are both frequent.</summary>
internal sealed class RandomSchedule : ISchedule
{
    private readonly Random _random;
    private readonly double _goesOn;
    private Participant? _last;

    public RandomSchedule(int seed)
    {
        _random = new Random(seed);
        _goesOn = _random.Next(4) * 0.3;
    }

    public Participant Choose(IReadOnlyList<Participant> ready)
    {
        if (_last is { IsYielding: false } last && ready.Contains(last) && _random.NextDouble() < _goesOn)
        {
            return last;
        }

        return _last = ready[_random.Next(ready.Count)];
    }
}
