namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

/// <summary>
/// One order that is known to matter: each participant goes on until it can only wait, or until a call is next that the
/// turn names after <c> > </c>; then it is the next one's turn. After the last turn, whoever does not wait goes first.
/// </summary>
internal sealed class TurnsSchedule(params IReadOnlyList<string> turns) : ISchedule
{
    private int _turn;
    private bool _hasBegun;

    /// <summary>Whether the last turn has begun, at least.</summary>
    public bool IsOver => _turn + (_hasBegun ? 1 : 0) >= turns.Count;

    public Participant Choose(IReadOnlyList<Participant> ready)
    {
        while (_turn < turns.Count)
        {
            var turn = turns[_turn].Split(" > ");
            var chosen = ready.FirstOrDefault(participant => participant.Name == turn[0]);
            if (chosen is not null && !IsAtItsEnd(chosen, turn.ElementAtOrDefault(1)))
            {
                _hasBegun = true;
                return chosen;
            }

            _turn++;
            _hasBegun = false;
        }

        return ready.FirstOrDefault(participant => !participant.IsYielding) ?? ready[0];
    }

    private bool IsAtItsEnd(Participant chosen, string? until) => _hasBegun
        && (chosen.IsYielding
            || (until is not null && chosen.Next!.Description.StartsWith(until, StringComparison.Ordinal)));
}
