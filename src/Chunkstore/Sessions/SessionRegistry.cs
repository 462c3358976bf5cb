using System.Text.Json;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Who works in a repository. A session is registered, durably, before it reads what exists, and removed at its end.
/// </summary>
/// <remarks>
/// One that gives up and takes its packs back is not registered any more: its record has another name then, by which
/// nobody may end it.
/// </remarks>
internal sealed class SessionRegistry(IRepositoryBackend backend, TimeProvider time)
{
    private const string TakingBack = ".taking-back";

    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    /// <summary>Registers a session of this process.</summary>
    public void Register(SessionId id, string kind, string subject, params IReadOnlyList<PinnedRoot> pins)
    {
        var record = new SessionRecord
        {
            FormatVersion = FormatVersion.Current,
            SessionId = id.ToString(),
            Kind = kind,
            Subject = subject,
            Pins = [.. pins.Select(pin => new SessionPin(pin.RootId.ToString(), pin.VolumeBytes))],
            StartedAt = time.GetUtcNow(),
            Process = ProcessIdentity.Current,
        };
        backend.PublishSmall(NameOf(id), SessionRecordFile.Write(record), id);
    }

    /// <summary>
    /// Whether the session is still registered: one that is not was ended by somebody else and may not publish.
    /// </summary>
    public bool IsRegistered(SessionId id) => backend.FindLength(NameOf(id)) is not null;

    /// <summary>Ends a session: its temporary files first, so that it is found again if that fails.</summary>
    public void Remove(SessionId id)
    {
        backend.DeleteTemporary(id);
        backend.Delete(NameOf(id));
    }

    /// <summary>
    /// Ends a session after a failure; one that cannot be ended now is found dead when this process has ended.
    /// </summary>
    public void TryRemove(SessionId id)
    {
        try
        {
            Remove(id);
        }
        catch (RepositoryException)
        {
            // The failure that led here is the one to be told.
        }
    }

    /// <summary>
    /// Says that a session gives up, and takes back packs that no index segment names. From now on nobody ends it
    /// before its process has certainly died; it publishes nothing any more.
    /// </summary>
    /// <returns>False where it was ended by somebody: who relies on its packs by now is not known.</returns>
    public bool TryBeginTakingBack(SessionId id) => backend.Rename(NameOf(id), TakingBackNameOf(id));

    /// <summary>Whether the session is still one that takes back.</summary>
    public bool IsTakingBack(SessionId id) => backend.FindLength(TakingBackNameOf(id)) is not null;

    /// <summary>
    /// Ends a session that takes back: all its packs that no segment names are gone, or its owner never deletes one
    /// again.
    /// </summary>
    public void EndTakingBack(SessionId id) => backend.Delete(TakingBackNameOf(id));

    /// <summary>All sessions that are registered.</summary>
    public IReadOnlyList<SessionInfo> List() => [.. ListAll().Where(session => !session.IsTakingBack)];

    /// <summary>All sessions that are registered, and those that take back.</summary>
    public IReadOnlyList<SessionInfo> ListAll() =>
        [.. backend.List(ObjectKind.Session).Select(info => TryRead(info.Name)).OfType<SessionInfo>()];

    /// <summary>
    /// The sessions that may delete packs which no segment names. None is missed: a record may change its name once,
    /// and while a directory is read neither name need be seen, so it is read twice.
    /// </summary>
    public IReadOnlySet<SessionId> ListOwners() => ListNames().Concat(ListNames()).ToHashSet();

    /// <summary>
    /// Ends the sessions of processes that have certainly died; answers with them. All others are left alone, whatever
    /// their age.
    /// </summary>
    public IReadOnlyList<SessionInfo> RemoveDead()
    {
        var dead = ListAll().Where(session => session.IsProvablyDead).ToList();
        foreach (var session in dead)
        {
            backend.DeleteTemporary(session.Id);
            backend.Delete(session.IsTakingBack ? TakingBackNameOf(session.Id) : NameOf(session.Id));
        }

        return dead;
    }

    /// <summary>
    /// Deletes temporary files of sessions that are not registered, a day after these began. The clock decides only
    /// when space comes back: a session that is about to be registered loses its ticket, and says so.
    /// </summary>
    public void RemoveAbandoned()
    {
        // Owners first: one that is registered in between is seen by the second look.
        var owners = backend.ListTemporaryOwners();
        var registered = List().Select(session => session.Id).ToHashSet();
        var yesterday = (time.GetUtcNow() - AbandonedAfter).ToUnixTimeMilliseconds();
        foreach (var owner in owners.Where(owner => !registered.Contains(owner)))
        {
            if (SortableId.MillisecondsOf(owner.Value) < yesterday)
            {
                backend.DeleteTemporary(owner);
            }
        }
    }

    /// <summary>
    /// Throws where another process of this host is making the same backup. Elsewhere nobody can tell whether it still
    /// is, so both go on there and the first publication wins; of two that begin at once here, one goes on.
    /// </summary>
    /// <exception cref="BackupExistsException">One is.</exception>
    public void RequireAlone(SessionId id, BackupId backupId)
    {
        var other = List().FirstOrDefault(session =>
            session.RunsHere && session.Subject == backupId.Value && session.Kind == SessionKinds.Backup
            && session.Id.Value < id.Value);
        if (other is not null)
        {
            throw new BackupExistsException(
                $"Backup '{backupId}' is being made by {other.Owner} already, in session {other.Id}. Nothing was "
                + "changed. Wait for it, or end that process and start again: the backup then goes on from its last "
                + "checkpoint.");
        }
    }

    private static ObjectName NameOf(SessionId id) => new(ObjectKind.Session, id.ToString());

    private static ObjectName TakingBackNameOf(SessionId id) => new(ObjectKind.Session, id + TakingBack);

    private static bool TryParse(string name, out SessionId id, out bool isTakingBack)
    {
        isTakingBack = name.EndsWith(TakingBack, StringComparison.Ordinal);
        return SessionId.TryParse(isTakingBack ? name[..^TakingBack.Length] : name, out id);
    }

    private List<SessionId> ListNames() =>
    [
        .. backend.List(ObjectKind.Session)
            .Select(info => TryParse(info.Name, out var id, out _) ? id : (SessionId?)null)
            .OfType<SessionId>(),
    ];

    /// <summary>Null for a session that ended meanwhile, and for names that are no session's.</summary>
    private SessionInfo? TryRead(string name)
    {
        if (!TryParse(name, out var id, out var isTakingBack))
        {
            return null;
        }

        try
        {
            var file = new ObjectName(ObjectKind.Session, name);
            var bytes = backend.ReadAll(file, SessionRecordFile.MaximumBytes);
            var record = SessionRecordFile.Read(bytes, backend.Describe(file));
            return new SessionInfo
            {
                Id = id,
                Kind = record.Kind,
                Subject = record.Subject,
                StartedAt = record.StartedAt,
                Owner = $"process {record.Process.Pid} on {record.Process.Host}",
                Pins = [.. record.Pins.Select(pin => pin.ToRoot())],
                RunsHere = record.Process.RunsBeside(ProcessIdentity.Current),
                IsProvablyDead = record.Process.IsProvablyDead(ProcessIdentity.Current),
                IsTakingBack = isTakingBack,
            };
        }
        catch (ObjectMissingException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or CorruptDataException)
        {
            // Nothing is known of its owner, so it counts as alive.
            return new SessionInfo { Id = id, Owner = "unreadable session record", IsTakingBack = isTakingBack };
        }
    }
}
