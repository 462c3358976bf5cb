namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

/// <summary>
/// One order that is known to matter: each participant goes on until it can only wait, then it is the next one's turn.
/// After the last turn, whoever does not wait goes first.
/// </summary>
internal sealed class TurnsSchedule(params IReadOnlyList<string> turns) : ISchedule
{
    private int _turn;
    private bool _hasBegun;

    /// <summary>Whether every turn was taken.</summary>
    public bool IsOver => _turn >= turns.Count;

    public Participant Choose(IReadOnlyList<Participant> ready)
    {
        while (!IsOver)
        {
            var chosen = ready.FirstOrDefault(participant => participant.Name == turns[_turn]);
            if (chosen is not null && !(_hasBegun && chosen.IsYielding))
            {
                _hasBegun = true;
                return chosen;
            }

            _turn++;
            _hasBegun = false;
        }

        return ready.FirstOrDefault(participant => !participant.IsYielding) ?? ready[0];
    }
}
