using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Sizing;
using BackupEngine.Chunkstore.Verification;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// A collector as a session: it stores what it copies forward like a backup does, and answers the generations of other
/// collectors like one. It has nothing to commit, and so no ticket.
/// </summary>
internal sealed class CollectionSession : IAsyncDisposable
{
    private readonly SessionParts _parts;
    private readonly ReliedPacks _relied;
    private readonly GenerationFollower _follower;
    private readonly SessionPoller _poller;

    private CollectionSession(SessionParts parts, SessionId id, KnownDamage damage, int copyRecords)
    {
        _parts = parts;
        Id = id;
        _relied = new ReliedPacks(parts.Backend, damage.ToExclusions());
        _follower = new GenerationFollower(parts.Generations, _relied, id, pins: []);
        _follower.Begin();
        Store = new SessionStore(parts.Context(id, _relied, damage), StoreOptions(copyRecords));
        _poller = new SessionPoller(PollAsync, parts.Time);
    }

    /// <summary>The session.</summary>
    public SessionId Id { get; }

    /// <summary>Where copies go.</summary>
    public SessionStore Store { get; }

    /// <summary>A collector writes packs of the usual size; what belongs to a backup alone is not looked at.</summary>
    private static BackupWriterOptions StoreOptions(int copyRecords) => new()
    {
        BackupId = BackupId.Parse("gc"),
        VolumeId = "gc",
        VolumeBytes = 1,
        CheckpointChunks = Math.Min(copyRecords, WriterMemory.UsualCheckpointChunks),
    };

    /// <summary>Registers, then looks at what is condemned.</summary>
    public static CollectionSession Begin(SessionParts parts, int copyRecords)
    {
        var id = new SessionId(parts.Ids.Next());
        try
        {
            parts.Sessions.Register(id, SessionKinds.Collect, "gc");
            return new CollectionSession(
                parts, id, QuarantineCatalog.Require(parts.Backend, parts.RepositoryId), copyRecords);
        }
        catch
        {
            parts.Sessions.TryRemove(id);
            throw;
        }
    }

    /// <summary>Tells other collectors, and this one, that a new generation is known.</summary>
    public Task PollAsync(CancellationToken cancellationToken) => _follower.PollAsync(Store, cancellationToken);

    /// <summary>Packs that copies must not rely on, because they are about to be condemned.</summary>
    public Task AvoidAsync(IEnumerable<PackId> packs) => Store.AtRestAsync(() => _relied.Avoid(packs));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _poller.DisposeAsync();
            await Store.DisposeAsync();
        }
        finally
        {
            _follower.Dispose();
            _parts.Sessions.TryRemove(Id);
        }
    }
}
