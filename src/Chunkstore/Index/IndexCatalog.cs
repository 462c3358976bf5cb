using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// The index segments that this process has open. Readers take the present view and use it without a lock; what is
/// published later is in later views. Segments stay mapped until the last user has gone.
/// </summary>
internal sealed class IndexCatalog(IRepositoryBackend backend, Guid repositoryId, Action? closed = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SegmentId, IndexSegment> _opened = [];
    private readonly Dictionary<SegmentId, RepositoryException> _damaged = [];
    private volatile IndexView _view = new([]);
    private int _users = 1;

    /// <summary>What is open now.</summary>
    public IndexView View => _view;

    /// <summary>What is wrong with a segment that could not be opened, or null where all could.</summary>
    public RepositoryException? Damage
    {
        get
        {
            lock (_lock)
            {
                return _damaged.Values.FirstOrDefault();
            }
        }
    }

    /// <summary>The segments that could not be opened, each with what is wrong.</summary>
    public IReadOnlyList<KeyValuePair<SegmentId, RepositoryException>> Damaged
    {
        get
        {
            lock (_lock)
            {
                return [.. _damaged];
            }
        }
    }

    /// <summary>Keeps the segments mapped until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">The repository was closed.</exception>
    public void Use()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            ObjectDisposedException.ThrowIf(users == 0, typeof(Repositories.Repository));
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
    }

    /// <summary>One user less; the last one unmaps everything.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
        {
            return;
        }

        lock (_lock)
        {
            _view = new IndexView([]);
            foreach (var segment in _opened.Values)
            {
                segment.Dispose();
            }
        }

        closed?.Invoke();
    }

    /// <summary>Opens what was published since. Only between Use and Release.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            var ids = backend.List(ObjectKind.Index)
                .Select(info => SegmentId.TryParse(info.Name, out var id) ? id : (SegmentId?)null)
                .OfType<SegmentId>();
            _damaged.Clear();
            Show([.. ids.Select(TryOpen).OfType<IndexSegment>()]);
        }
    }

    /// <summary>Adds a segment that this process has just published.</summary>
    public void Add(SegmentId id)
    {
        lock (_lock)
        {
            if (!_opened.ContainsKey(id))
            {
                var segment = IndexSegment.Open(backend, id, repositoryId);
                _opened.Add(id, segment);
                Show([.. _view.Segments, segment]);
            }
        }
    }

    /// <summary>
    /// Makes the names of all segments in the view durable. One that another process has just published can be seen
    /// before it has done that itself.
    /// </summary>
    public void FlushNames() => backend.FlushNames(
        [.. _view.Segments.Select(segment => new ObjectName(ObjectKind.Index, segment.Id.ToString()))]);

    private void Show(IndexSegment[] segments) =>
        _view = new IndexView([.. segments.OrderByDescending(segment => segment.Id.Value)]);

    /// <summary>Null for a segment that was removed meanwhile or is damaged; a damaged one is remembered.</summary>
    private IndexSegment? TryOpen(SegmentId id)
    {
        if (_opened.TryGetValue(id, out var known))
        {
            return known;
        }

        try
        {
            var segment = IndexSegment.Open(backend, id, repositoryId);
            _opened.Add(id, segment);
            return segment;
        }
        catch (ObjectMissingException)
        {
            return null;
        }
        catch (RepositoryException exception) when (exception is CorruptDataException or RepositoryFormatException)
        {
            _damaged[id] = exception;
            return null;
        }
    }
}
