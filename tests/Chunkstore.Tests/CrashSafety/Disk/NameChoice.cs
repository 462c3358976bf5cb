namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>
/// Names of a directory whose changes were not durable when the power was lost. Which of their meanings since the last
/// flush they have is independent of other names; two that a rename has tied go together.
/// </summary>
/// <param name="Directory">The directory.</param>
/// <param name="Options">What may be applied to the durable names: each a list of changes.</param>
internal sealed record NameChoice(DiskDirectory Directory, IReadOnlyList<IReadOnlyList<NameChange>> Options)
{
    /// <summary>The choices of a directory.</summary>
    public static IEnumerable<NameChoice> Of(DiskDirectory directory, long lossTime)
    {
        var groups = new List<(HashSet<string> Names, List<NameChange> Changes)>();
        foreach (var change in directory.Changes.Where(
            change => change.Start < lossTime && !directory.IsDurable(change, lossTime)))
        {
            var names = change.Names.Select(pair => pair.Name).ToHashSet(StringComparer.Ordinal);
            var changes = new List<NameChange>();
            foreach (var tied in groups.Where(group => group.Names.Overlaps(names)).ToList())
            {
                names.UnionWith(tied.Names);
                changes.AddRange(tied.Changes);
                groups.Remove(tied);
            }

            changes.Add(change);
            groups.Add((names, [.. changes.OrderBy(other => other.Start)]));
        }

        return groups.Select(group => new NameChoice(
            directory, [.. Enumerable.Range(0, group.Changes.Count + 1).Select(count => group.Changes[..count])]));
    }

    /// <summary>
    /// A directory of temporary names, which others only list and unlink, one by one: none of the pending changes, all
    /// of them, or every name there ever was.
    /// </summary>
    public static NameChoice OfTemporary(DiskDirectory directory, long lossTime)
    {
        var pending = directory.Changes.Where(
            change => change.Start < lossTime && !directory.IsDurable(change, lossTime)).ToList();
        return new NameChoice(
            directory,
            [[], pending, [.. pending.Where(change => change.Names.All(pair => pair.Node is not null))]]);
    }
}
