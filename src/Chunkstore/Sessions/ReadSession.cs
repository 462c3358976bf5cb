using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Keeps what somebody reads: while it is registered, garbage collection leaves the trees of its backups alone, also
/// when the backups are deleted meanwhile. Disposed at the end of reading.
/// </summary>
public sealed class ReadSession : IDisposable
{
    private readonly SessionRegistry _registry;
    private readonly SessionId _session;

    private ReadSession(SessionRegistry registry, SessionId session, string warning)
    {
        _registry = registry;
        _session = session;
        Warning = warning;
    }

    /// <summary>
    /// Empty, or why the session could not be registered: what is read is then not kept from garbage collection if it
    /// is deleted meanwhile. No reason not to read: a repository may be read-only, or full.
    /// </summary>
    public string Warning { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Warning.Length == 0)
        {
            _registry.TryRemove(_session);
        }
    }

    /// <summary>Registers first; only then it is certain that what is there stays.</summary>
    /// <exception cref="BackupNotFoundException">A backup was deleted meanwhile, or is another one.</exception>
    internal static ReadSession Begin(
        SessionRegistry registry, ManifestCatalog manifests, SessionId id, IReadOnlyList<Manifest> read)
    {
        var session = Register(registry, id, read);
        try
        {
            foreach (var manifest in read)
            {
                manifests.RequireSame(manifest);
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static ReadSession Register(SessionRegistry registry, SessionId id, IReadOnlyList<Manifest> read)
    {
        try
        {
            var subject = string.Join(' ', read.Take(8).Select(manifest => manifest.BackupId.Value));
            registry.Register(id, SessionKinds.Read, subject, [.. PinnedRoot.Of(read)]);
            return new ReadSession(registry, id, warning: "");
        }
        catch (RepositoryException exception)
        {
            registry.TryRemove(id);
            return new ReadSession(
                registry,
                id,
                "Reading goes on without a session, so that garbage collection cannot know of it: if the backup is "
                + $"deleted and collected meanwhile, reading fails. {exception.Message}");
        }
    }
}
