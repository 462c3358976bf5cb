using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>
/// Where the files of a repository are. Every file is written once under a temporary name, published under its own name
/// if that is free, read in ranges, and deleted; none is ever changed in place. Safe to use from many threads and
/// processes.
/// </summary>
/// <remarks>
/// Small operations that happen a few times per backup are synchronous; those that move data are not.
/// All failures are <see cref="RepositoryException"/>: <see cref="RepositoryFullException"/> where there was no space.
/// </remarks>
internal interface IRepositoryBackend : IDisposable
{
    /// <summary>The place, for messages.</summary>
    string Location { get; }

    /// <summary>What is done in a slower way than it should be, in words for the log.</summary>
    IReadOnlyCollection<string> Fallbacks { get; }

    /// <summary>Makes the place ready for a new repository.</summary>
    /// <exception cref="RepositoryException">It holds something already, or cannot be written.</exception>
    void Initialize();

    /// <summary>How messages name a file.</summary>
    string Describe(ObjectName name);

    /// <summary>Begins a file under a temporary name that belongs to a session.</summary>
    IObjectWriter Create(ObjectName name, SessionId owner);

    /// <summary>
    /// Begins the one file that commits what a session did: its ticket. <see cref="DeleteTemporary"/> takes the ticket
    /// away; whether the publication comes before that or never happens, one of the two is certain afterwards.
    /// </summary>
    /// <remarks>Publishing without the ticket is <see cref="ObjectMissingException"/>.</remarks>
    IObjectWriter CreateTicket(ObjectName name, SessionId owner);

    /// <summary>
    /// Writes a small file and publishes it under its name, durably: all three steps of an <see
    /// cref="IObjectWriter"/>.
    /// </summary>
    /// <exception cref="ObjectExistsException">The name is taken; the file that has it was not touched.</exception>
    void PublishSmall(ObjectName name, ReadOnlySpan<byte> bytes, SessionId owner);

    /// <summary>Makes the names of published files durable.</summary>
    void FlushNames(IReadOnlyCollection<ObjectName> names);

    /// <summary>Length of a file in bytes, or null where there is none.</summary>
    long? FindLength(ObjectName name);

    /// <summary>Reads a range; answers with fewer bytes than asked only at the end of the file.</summary>
    /// <exception cref="ObjectMissingException">There is no such file.</exception>
    ValueTask<int> ReadAsync(
        ObjectName name, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Opens a file of which many ranges are read; null where there is none.</summary>
    IObjectReader? OpenRead(ObjectName name);

    /// <summary>Reads a whole small file.</summary>
    /// <exception cref="ObjectMissingException">There is no such file.</exception>
    /// <exception cref="CorruptDataException">It is longer than <paramref name="maximumBytes"/>.</exception>
    byte[] ReadAll(ObjectName name, int maximumBytes);

    /// <summary>Maps a whole file for random access without reading it.</summary>
    /// <exception cref="ObjectMissingException">There is no such file.</exception>
    IMappedObject Map(ObjectName name);

    /// <summary>
    /// All files of a kind, sorted by name. What is published or deleted meanwhile may be in it or not.
    /// </summary>
    IReadOnlyList<ObjectInfo> List(ObjectKind kind);

    /// <summary>Deletes a file durably; false where there was none. Needs no free space.</summary>
    bool Delete(ObjectName name);

    /// <summary>
    /// Gives a file another name of its kind that is free, atomically and durably; false where there is no such file.
    /// Of this and <see cref="Delete"/>, one finds the file.
    /// </summary>
    /// <remarks>
    /// Who lists files meanwhile may see both names, either, or none of them; who lists them twice sees one at least.
    /// </remarks>
    /// <exception cref="ObjectExistsException">The other name is taken; nothing was changed.</exception>
    bool Rename(ObjectName name, ObjectName newName);

    /// <summary>
    /// Gives a damaged file a name that is none of its kind, durably: nobody reads it any more, and nothing is lost.
    /// False where there was none.
    /// </summary>
    bool SetAside(ObjectName name);

    /// <summary>The sessions that temporary files belong to, each once.</summary>
    IReadOnlyList<SessionId> ListTemporaryOwners();

    /// <summary>
    /// Deletes the temporary files of a session durably, its ticket among them, and answers with their number.
    /// </summary>
    int DeleteTemporary(SessionId owner);
}
