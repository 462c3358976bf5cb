using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// Waits until every session that may rely on a condemned pack has answered, has ended, or was ended.
/// </summary>
internal sealed class SessionWait(SessionParts parts, SessionId own)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly HashSet<SessionId> _waited = [];
    private readonly List<SessionInfo> _fenced = [];

    /// <summary>Sessions that were not ready at once, in number.</summary>
    public int WaitedFor => _waited.Count;

    /// <summary>Sessions that were ended because they did not answer.</summary>
    public IReadOnlyList<SessionInfo> Fenced => _fenced;

    /// <summary>Waits for an open generation without a verdict.</summary>
    /// <returns>The generation as it is afterwards; another collector may have gone on with it meanwhile.</returns>
    public async Task<Generation> RunAsync(
        Generation generation, TimeSpan fenceAfter, Action<int> onWaiting, CancellationToken cancellationToken)
    {
        var begin = parts.Time.GetTimestamp();
        while (true)
        {
            var newest = parts.Generations.FindNewest();
            if (newest.Number != generation.Number || newest.IsDone || newest.Deleting is not null)
            {
                return newest;
            }

            var silent = Silent(generation.Number);
            if (silent.Count == 0)
            {
                return newest;
            }

            onWaiting(silent.Count);
            _waited.UnionWith(silent.Select(session => session.Id));
            var isLate = parts.Time.GetElapsedTime(begin) >= fenceAfter;
            foreach (var session in silent.Where(session => isLate || session.IsProvablyDead))
            {
                // Its ticket goes first: from then on it has committed, and is seen, or never will.
                parts.Sessions.Remove(session.Id);
                _fenced.AddRange(session.IsProvablyDead ? [] : [session]);
            }

            await Task.Delay(Interval, parts.Time, cancellationToken);
        }
    }

    /// <summary>
    /// Sessions first, then what they said: one that answers in between is taken for silent once more.
    /// </summary>
    private List<SessionInfo> Silent(long generation)
    {
        var sessions = parts.Sessions.List()
            .Where(session => session.Id != own && SessionKinds.MayRely(session.Kind)).ToList();
        var answered = parts.Generations.ListAnswered(generation);
        return [.. sessions.Where(session => !answered.Contains(session.Id))];
    }
}
