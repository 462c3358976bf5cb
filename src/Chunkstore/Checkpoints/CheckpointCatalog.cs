using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>
/// The checkpoints of unfinished backups. For the collector they are advisory roots: what they name may be missing, and
/// old ones may be removed by any clock.
/// </summary>
internal sealed class CheckpointCatalog(IRepositoryBackend backend, CheckpointFile file)
{
    /// <summary>All that are there, those of a backup by their numbers.</summary>
    public IReadOnlyList<CheckpointName> List() =>
    [
        .. backend.List(ObjectKind.Checkpoint)
            .Select(info => CheckpointName.TryParse(info.Name, out var name) ? name : (CheckpointName?)null)
            .OfType<CheckpointName>(),
    ];

    /// <summary>Those of one backup, by their numbers.</summary>
    public IReadOnlyList<CheckpointName> List(BackupId id) => [.. List().Where(name => name.BackupId == id)];

    /// <summary>Reads one; null where it was removed meanwhile.</summary>
    /// <exception cref="CorruptDataException">It is not what was written under that name.</exception>
    /// <exception cref="RepositoryFormatException">It is of another format version.</exception>
    public Checkpoint? TryRead(CheckpointName name)
    {
        try
        {
            var bytes = backend.ReadAll(name.File, CheckpointFile.MaximumBytes);
            return file.Read(bytes, name, backend.Describe(name.File));
        }
        catch (ObjectMissingException)
        {
            return null;
        }
    }

    /// <summary>Publishes one durably; false where the number is taken.</summary>
    public bool TryPublish(Checkpoint checkpoint)
    {
        try
        {
            var name = new CheckpointName(checkpoint.Work.BackupId, checkpoint.Number);
            backend.PublishSmall(name.File, file.Write(checkpoint), checkpoint.Session);
            return true;
        }
        catch (ObjectExistsException)
        {
            return false;
        }
    }

    /// <summary>Removes one; false where there was none.</summary>
    public bool Remove(CheckpointName name) => backend.Delete(name.File);

    /// <summary>Removes all of a backup, and answers with their number.</summary>
    public int RemoveAll(BackupId id) => List(id).Count(Remove);
}
