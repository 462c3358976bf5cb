using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Verification;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// The first steps of a backup's session, in the order that its safety rests on: ticket, registration, what is pinned,
/// what is condemned, and only then the index.
/// </summary>
internal static class BackupOpening
{
    public static BackupWriter Begin(SessionParts parts, BackupWriterOptions options)
    {
        var session = new SessionId(parts.Ids.Next());
        parts.Catalog.Use();
        IObjectWriter? ticket = null;
        try
        {
            // The ticket is there before anybody can see the session: who ends the session takes the ticket.
            var name = new ObjectName(ObjectKind.Manifest, options.BackupId.Value);
            ticket = parts.Backend.CreateTicket(name, session);
            PinnedRoot[] pins = options.Parent is { } parent ? [.. PinnedRoot.Of([parent])] : [];
            parts.Sessions.Register(session, SessionKinds.Backup, options.BackupId.Value, pins);
            if (options.Parent is { } pinned)
            {
                // After registering: a backup that is there now is kept, with its tree, until the session ends.
                parts.Manifests.RequireSame(pinned);
            }

            parts.Sessions.RemoveDead();
            parts.Sessions.RequireAlone(session, options.BackupId);
            var damage = QuarantineCatalog.Require(parts.Backend, parts.RepositoryId);
            var relied = new ReliedPacks(parts.Backend, damage.ToExclusions());
            var follower = new GenerationFollower(parts.Generations, relied, session, pins);
            follower.Begin();
            parts.Catalog.Refresh();
            return parts.Catalog.Damage is { } segment
                ? throw segment
                : new BackupWriter(options, WriterParts(parts, session, ticket, relied, follower, damage));
        }
        catch
        {
            ticket?.Dispose();
            parts.Catalog.Release();
            parts.Sessions.TryRemove(session);
            throw;
        }
    }

    private static BackupWriterParts WriterParts(
        SessionParts parts,
        SessionId session,
        IObjectWriter ticket,
        ReliedPacks relied,
        GenerationFollower follower,
        KnownDamage damage) => new()
        {
            Context = parts.Context(session, relied, damage),
            Registry = parts.Sessions,
            Time = parts.Time,
            Ticket = ticket,
            Follower = follower,
            Manifests = parts.Manifests.File,
            Checkpoints = parts.Checkpoints,
            Chunks = parts.Chunks,
            NodeHasher = parts.Keys.Nodes,
            CreatedAt = parts.Time.GetUtcNow(),
        };
}
