using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Copies;

/// <summary>A backup of the destination that a copy is built upon.</summary>
/// <param name="Backup">The backup in the destination.</param>
/// <param name="Known">
/// The tree of the same content with the source's ids: the destination's own where ids are shared, else the source's of
/// the same backup.
/// </param>
/// <param name="Original">The backup of the source that <paramref name="Known"/> is the tree of; null where it is the
/// destination's own.</param>
internal sealed record CopyBase(Manifest Backup, ManifestTreeReader Known, Manifest? Original)
{
    /// <summary>The nearest one of the same volume, the parent first; null where there is none.</summary>
    public static CopyBase? Find(Repository source, Repository destination, Manifest backup)
    {
        var candidates = destination.ListManifests()
            .Where(candidate => candidate.VolumeId == backup.VolumeId)
            .OrderByDescending(candidate => candidate.BackupId == backup.ParentId)
            .ThenBy(candidate => (candidate.CreatedAt - backup.CreatedAt).Duration())
            .ToList();
        if (BackupCopier.ShareIds(source, destination))
        {
            return candidates.FirstOrDefault() is { } nearest
                ? new CopyBase(nearest, destination.OpenTree(nearest), Original: null)
                : null;
        }

        var originals = source.ListManifests().ToDictionary(original => original.BackupId);
        return (from candidate in candidates
                let original = originals.GetValueOrDefault(candidate.BackupId)
                where original is not null && BackupCopier.IsCopy(original, candidate)
                select new CopyBase(candidate, source.OpenTree(original), original)).FirstOrDefault();
    }
}
