using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Which backups may be the parent of an incremental.</summary>
public static class ParentRules
{
    /// <summary>The word that stands for the newest backup of the volume.</summary>
    public const string Latest = "latest";

    /// <summary>
    /// Understands the name of a parent as a user gives it: an id, <see cref="Latest"/>, or null for none.
    /// </summary>
    /// <exception cref="UsageException">Not a backup id.</exception>
    /// <exception cref="BackupNotFoundException">The volume has no backup in the repository.</exception>
    public static BackupId? Resolve(Repository repository, string volumeId, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (text == Latest)
        {
            return repository.FindLatest(volumeId)?.BackupId ?? throw new BackupNotFoundException(
                $"Volume {volumeId} has no backup in this repository that an incremental could build on. "
                + "Make a full backup first: leave the parent away.");
        }

        return BackupId.TryParse(text, out var id) ? id : throw new UsageException($"'{text}' is not a backup id.");
    }

    /// <summary>The parent of a backup, checked; null for a full backup.</summary>
    internal static Manifest? Find(BackupRequest request)
    {
        if (request.ParentId is not { } parentId)
        {
            return request.ChangedBlocks is null ? null : throw new UsageException(
                "Changed blocks say what differs from a parent: name the parent, or leave them away. "
                + "Nothing was backed up.");
        }

        var parent = request.Repository.GetManifest(parentId);
        return Check(request, parent);
    }

    private static Manifest Check(BackupRequest request, Manifest parent)
    {
        if (parent.VolumeId != request.VolumeId)
        {
            throw new UsageException(
                $"Backup {parent.BackupId} is of volume {parent.VolumeId}, not of {request.VolumeId}: "
                + "it cannot be the parent. Nothing was backed up.");
        }

        if (parent.Root.Shape.ChunkSizeBytes != request.Repository.ChunkSizeBytes)
        {
            throw new RepositoryException(
                $"Backup {parent.BackupId} was made with chunks of {parent.Root.Shape.ChunkSizeBytes} bytes, "
                + $"but the repository has {request.Repository.ChunkSizeBytes}: it cannot be the parent. "
                + "Make a full backup.");
        }

        return parent;
    }
}
