using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>The published backups.</summary>
internal sealed class ManifestCatalog(IRepositoryBackend backend, ManifestFile file)
{
    /// <summary>The form of a manifest in this repository.</summary>
    public ManifestFile File => file;

    /// <summary>How many there are.</summary>
    public int Count => backend.List(ObjectKind.Manifest).Count;

    /// <summary>Makes durable what is listed, and that what is gone is gone.</summary>
    public void FlushNames() => backend.FlushNames([new ObjectName(ObjectKind.Manifest, "-")]);

    /// <summary>All of them, the oldest first.</summary>
    public IReadOnlyList<Manifest> List() =>
    [
        .. backend.List(ObjectKind.Manifest)
            .Select(info => BackupId.TryParse(info.Name, out var id) ? TryGet(id) : null)
            .OfType<Manifest>()
            .OrderBy(manifest => manifest.CreatedAt)
            .ThenBy(manifest => manifest.BackupId.Value, StringComparer.Ordinal),
    ];

    /// <summary>Throws unless a backup is still there, with the same tree.</summary>
    /// <exception cref="BackupNotFoundException">It is not.</exception>
    public void RequireSame(Manifest manifest)
    {
        if (Get(manifest.BackupId).Root != manifest.Root)
        {
            throw new BackupNotFoundException(
                $"The backup '{manifest.BackupId}' was replaced by another one of that id. Nothing was changed. "
                + "Run it again.");
        }
    }

    /// <summary>Checks what can be checked without the key.</summary>
    public void CheckStored(BackupId id)
    {
        var name = NameOf(id);
        try
        {
            file.CheckStored(backend.ReadAll(name, ManifestFile.MaximumBytes), backend.Describe(name));
        }
        catch (ObjectMissingException)
        {
            // Deleted meanwhile.
        }
    }

    public Manifest Get(BackupId id) => TryGet(id) ?? throw NotFound(id);

    /// <summary>Removes a manifest, durably; false where there was none.</summary>
    public bool TryDelete(BackupId id) => backend.Delete(NameOf(id));

    /// <summary>Whether a backup of that id is published.</summary>
    public bool IsThere(BackupId id) => backend.FindLength(NameOf(id)) is not null;

    /// <summary>Throws where no backup of that id is published.</summary>
    public void RequireThere(BackupId id)
    {
        if (!IsThere(id))
        {
            throw NotFound(id);
        }
    }

    /// <summary>Throws where a backup of that id is there already.</summary>
    public void RequireFree(BackupId id)
    {
        if (IsThere(id))
        {
            throw new BackupExistsException(
                $"A backup '{id}' is in the repository already; nothing was changed. Choose another id.");
        }
    }

    private static ObjectName NameOf(BackupId id) => new(ObjectKind.Manifest, id.Value);

    private static BackupNotFoundException NotFound(BackupId id) =>
        new($"There is no backup '{id}' in the repository. Nothing was changed.");

    private Manifest? TryGet(BackupId id)
    {
        try
        {
            var name = NameOf(id);
            return file.Read(backend.ReadAll(name, ManifestFile.MaximumBytes), id, backend.Describe(name));
        }
        catch (ObjectMissingException)
        {
            return null;
        }
    }
}
