namespace BackupEngine.ControlPlane.Scheduling;

/// <summary>
/// Whose turn it is. Projects take turns: each one's most urgent first, of those the oldest, and a project that has
/// work running waits behind one that has none, however much it has asked for and however urgent it is.
/// </summary>
public static class QueueOrder
{
    /// <summary>The entries that wait, in the order of their turns.</summary>
    /// <param name="waiting">In any order.</param>
    /// <param name="running">What runs now, of every project.</param>
    public static IReadOnlyList<QueueEntry> Of(
        IEnumerable<QueueEntry> waiting, IEnumerable<QueueEntry> running)
    {
        var runs = running.CountBy(entry => entry.ProjectId, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        return
        [
            .. waiting
                .OrderByDescending(entry => entry.Priority).ThenBy(entry => entry.AskedAt)
                .ThenBy(entry => entry.BackupId)
                .GroupBy(entry => entry.ProjectId, StringComparer.Ordinal)
                .SelectMany(project => project.Select(
                    (entry, before) => (Entry: entry, Turn: runs.GetValueOrDefault(project.Key) + before)))
                .OrderBy(item => item.Turn)
                .ThenBy(item => item.Entry.AskedAt)
                .ThenBy(item => item.Entry.BackupId)
                .Select(item => item.Entry),
        ];
    }
}
