using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>An open repository. Safe to use from many threads and beside other processes.</summary>
public sealed class Repository : IDisposable
{
    /// <summary>Creates a repository in a directory, which must not exist or be empty, and opens it.</summary>
    /// <exception cref="Errors.RepositoryException">The directory holds something already, or cannot be written.</exception>
    public static Repository Create(string directory, RepositoryOptions options) => throw new NotImplementedException();

    /// <summary>Opens the repository in a directory.</summary>
    /// <exception cref="Errors.RepositoryFormatException">Not a repository, or of another format version.</exception>
    public static Repository Open(string directory) => throw new NotImplementedException();

    /// <summary>Identity of the repository.</summary>
    public Guid Id => throw new NotImplementedException();

    /// <summary>Chunk size in bytes.</summary>
    public int ChunkSizeBytes => throw new NotImplementedException();

    /// <summary>Names data chunks.</summary>
    public ChunkHasher ChunkHasher => throw new NotImplementedException();

    /// <summary>Reads chunks and nodes back.</summary>
    public ChunkReader Chunks => throw new NotImplementedException();

    /// <summary>All published backups, oldest first.</summary>
    /// <exception cref="Errors.CorruptDataException">A manifest is damaged; its name is in the message.</exception>
    public IReadOnlyList<Manifest> ListManifests() => throw new NotImplementedException();

    /// <summary>One published backup.</summary>
    /// <exception cref="Errors.BackupNotFoundException">There is none of that id.</exception>
    public Manifest GetManifest(BackupId id) => throw new NotImplementedException();

    /// <summary>The newest backup of a volume, or null.</summary>
    public Manifest? FindLatest(string volumeId) => throw new NotImplementedException();

    /// <summary>Opens the tree of a backup.</summary>
    public ManifestTreeReader OpenTree(Manifest manifest) => throw new NotImplementedException();

    /// <summary>Removes a manifest; space comes back with garbage collection. Other backups are untouched.</summary>
    /// <exception cref="Errors.BackupNotFoundException">There is none of that id.</exception>
    public void DeleteBackup(BackupId id) => throw new NotImplementedException();

    /// <summary>Registers a session, then opens a view of what is stored: the writer of one backup.</summary>
    public BackupWriter BeginBackup(BackupWriterOptions options) => throw new NotImplementedException();

    /// <summary>Counts and sizes of what is in the repository.</summary>
    public RepositoryStatistics GetStatistics() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
