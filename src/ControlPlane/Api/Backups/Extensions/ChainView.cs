using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>
/// What a backup was made on the base of, one after the other. It tells of the past only: each is complete in itself.
/// </summary>
internal sealed record ChainView
{
    /// <summary>Most backups that are shown: the newest.</summary>
    public const int Most = 1000;

    /// <summary>Whether the first one shown is the full backup that it all began with.</summary>
    public required bool FromTheFull { get; init; }

    /// <summary>The backups: the first one was made first, the last one is the one that was asked for.</summary>
    public required IReadOnlyList<ChainLinkView> Backups { get; init; }

    /// <summary>The chain that ends with a backup.</summary>
    /// <param name="request">For the links.</param>
    /// <param name="last">The backup.</param>
    /// <param name="others">All records of its volume in its project, the deleted ones included.</param>
    public static ChainView Of(Pipeline.ApiRequest request, BackupEntity last, IEnumerable<BackupEntity> others)
    {
        var known = others.ToDictionary(backup => backup.Id);
        var chain = new List<BackupEntity>();
        for (BackupEntity? at = last; at is not null && chain.Count < Most; at = Before(at))
            chain.Add(at);
        chain.Reverse();
        return new ChainView
        {
            FromTheFull = chain[0].ParentId is null,
            Backups = [.. chain.Select(backup => ChainLinkView.Of(request, backup))],
        };

        BackupEntity? Before(BackupEntity backup) =>
            backup.ParentId is { } parent ? known.GetValueOrDefault(parent) : null;
    }
}
