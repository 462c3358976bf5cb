using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Verification;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>What keeps data: backups, what sessions work with, and what they said to a generation.</summary>
internal sealed record Roots
{
    /// <summary>The roots of trees; below a tolerant one, nodes may be missing.</summary>
    public required IReadOnlyList<(PinnedRoot Root, bool IsTolerant)> Trees { get; init; }

    /// <summary>The roots of backups that verification has noted as harmed.</summary>
    public required IReadOnlyList<PinnedRoot> Harmed { get; init; }

    /// <summary>Packs that sessions rely on.</summary>
    public required IReadOnlySet<PackId> Vetoes { get; init; }

    /// <summary>The number of backups.</summary>
    public required long Backups { get; init; }

    /// <summary>
    /// Lists backups first, then sessions, then answers, and never in another order. A backup that is committed after
    /// backups were listed has answered before, so it is seen as a session or as an answer; answers outlive sessions.
    /// </summary>
    /// <param name="parts">The repository.</param>
    /// <param name="generation">The generation whose answers count; 0 = none.</param>
    public static Roots List(SessionParts parts, long generation)
    {
        var manifests = parts.Manifests.List();
        var sessions = parts.Sessions.List();
        if (generation != 0 && sessions.FirstOrDefault(session => session.Kind.Length == 0) is { } unreadable)
        {
            throw new RepositoryException(
                $"The record of session {unreadable.Id} cannot be read, so what it keeps is not known. Nothing was "
                + "deleted. Collect again: the session is then ended if it does not answer.");
        }

        var pins = sessions.SelectMany(session => session.Pins).ToList();
        var answers = generation == 0 ? [] : parts.Generations.ListAcknowledgements(generation);
        var harmed = QuarantineCatalog.Load(parts.Backend, parts.RepositoryId).Harmed;
        var whole = manifests.Where(manifest => !harmed.ContainsKey(manifest.BackupId.Value));
        List<PinnedRoot> broken = [.. PinnedRoot.Of(manifests.Except(whole))];
        return new Roots
        {
            Harmed = broken,
            Backups = manifests.Count,
            Vetoes = answers.SelectMany(answer => answer.Vetoes).ToHashSet(),
            Trees =
            [
                .. PinnedRoot.Of(whole).Select(root => (root, false)),
                .. broken
                    .Concat(pins)
                    .Concat(answers.SelectMany(answer => answer.Pins))
                    .Distinct()
                    .Select(root => (root, true)),
            ],
        };
    }
}
