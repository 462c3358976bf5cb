namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

/// <summary>
/// All schedules with at most so many preemptions, one after another: a participant goes on until it ends or can only
/// wait, but for the chosen steps at which another one takes over - before calls that others can notice.
/// </summary>
internal sealed class SystematicSearch(int preemptions, Footprints footprints)
{
    private readonly List<Decision> _decisions = [];
    private bool _isFirst = true;

    /// <summary>The next schedule, or null when all were tried.</summary>
    public ISchedule? Next()
    {
        if (_isFirst)
        {
            _isFirst = false;
            return new Replay(this);
        }

        while (_decisions.Count > 0)
        {
            var last = _decisions[^1];
            _decisions.RemoveAt(_decisions.Count - 1);
            if (last.Following(preemptions) is { } other)
            {
                _decisions.Add(other);
                return new Replay(this);
            }
        }

        return null;
    }

    private bool IsNoticed(Participant participant) =>
        participant.Next is { } call && footprints.IsNoticed(participant.Name, call);

    /// <summary>One choice: who was ready, the preferred one first; which was taken; what it cost so far.</summary>
    private sealed record Decision(string[] Ready, int Taken, bool IsPreemption, int Cost)
    {
        public int CostAfter => Cost + (IsPreemption && Taken > 0 ? 1 : 0);

        public Decision? Following(int limit)
        {
            var next = this with { Taken = Taken + 1 };
            return next.Taken < Ready.Length && next.CostAfter <= limit ? next : null;
        }
    }

    private sealed class Replay(SystematicSearch search) : ISchedule
    {
        private readonly int _planned = search._decisions.Count;
        private int _step;
        private Participant? _last;

        public Participant Choose(IReadOnlyList<Participant> ready)
        {
            var mayGoOn = _last is { IsYielding: false } && ready.Contains(_last);
            var ordered = ready
                .OrderByDescending(participant => mayGoOn && participant == _last)
                .ThenBy(participant => participant.IsYielding)
                .ToArray();
            _last = _step < _planned ? Planned(ordered) : Undecided(ordered, mayGoOn);
            _step++;
            return _last;
        }

        /// <summary>Threads inside a participant may make a plan impossible; then whoever is preferred goes.</summary>
        private Participant Planned(Participant[] ordered)
        {
            var decision = search._decisions[_step];
            return ordered.FirstOrDefault(participant => participant.Name == decision.Ready[decision.Taken])
                ?? ordered[0];
        }

        private Participant Undecided(Participant[] ordered, bool mayGoOn)
        {
            var cost = search._decisions.Count == 0 ? 0 : search._decisions[^1].CostAfter;
            var isSilent = mayGoOn && !search.IsNoticed(ordered[0]);
            var names = ordered.Take(isSilent ? 1 : ordered.Length).Select(participant => participant.Name).ToArray();
            search._decisions.Add(new Decision(names, Taken: 0, mayGoOn, cost));
            return ordered[0];
        }
    }
}
