using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// The index segments that this process has open. Readers take the present view and use it without a lock; what is
/// published later is in later views, and what is deleted is not. Segments stay mapped until nobody is left who may
/// have a view that they are in.
/// </summary>
internal sealed class IndexCatalog(IRepositoryBackend backend, Guid repositoryId, Action? closed = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SegmentId, IndexSegment> _opened = [];
    private readonly Dictionary<SegmentId, RepositoryException> _damaged = [];
    private readonly List<IndexSegment> _retired = [];
    private volatile IndexView _view = new([]);
    private volatile bool _closed;
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

    /// <summary>Looks at what is open, after a refresh.</summary>
    public T Read<T>(Func<IndexView, T> look)
    {
        Use();
        try
        {
            Refresh();
            return look(View);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>The repository is closed: its own use ends, and who uses the segments still goes on.</summary>
    public void Close()
    {
        _closed = true;
        Release();
    }

    /// <summary>One user less; the last one unmaps everything.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _users);
        if (left == 0)
        {
            lock (_lock)
            {
                _view = new IndexView([]);
                _retired.AddRange(_opened.Values);
                DisposeRetired();
            }

            closed?.Invoke();
        }
        else if (left == 1 && !_closed)
        {
            lock (_lock)
            {
                // Whoever came meanwhile may have an old view.
                if (Volatile.Read(ref _users) == 1)
                {
                    DisposeRetired();
                }
            }
        }
    }

    /// <summary>
    /// Opens what was published since, and leaves out what was deleted. Only between Use and Release.
    /// </summary>
    public void Refresh()
    {
        lock (_lock)
        {
            RefreshOnce();
        }
    }

    /// <summary>
    /// Refreshes until two looks in a row show the same: a single one may miss both a segment that was deleted and the
    /// one that replaced it.
    /// </summary>
    /// <returns>Whether other segments are there than before: false says that looking once more is of no use.</returns>
    public bool RefreshSurely()
    {
        lock (_lock)
        {
            var known = _opened.Keys.Concat(_damaged.Keys).ToHashSet();
            var before = RefreshOnce();
            for (var now = RefreshOnce(); !now.SetEquals(before); now = RefreshOnce())
            {
                before = now;
            }

            return !before.SetEquals(known);
        }
    }

    /// <summary>Adds a segment that this process has just published.</summary>
    public void Add(SegmentId id)
    {
        lock (_lock)
        {
            if (_opened.ContainsKey(id))
            {
                return;
            }

            try
            {
                var segment = IndexSegment.Open(backend, id, repositoryId);
                _opened.Add(id, segment);
                Show([.. _view.Segments, segment]);
            }
            catch (ObjectMissingException)
            {
                // Merged with others already; the segment that it went to is there.
                RefreshOnce();
            }
        }
    }

    /// <summary>
    /// Makes the names of all segments in the view durable. One that another process has just published can be seen
    /// before it has done that itself.
    /// </summary>
    public void FlushNames() => backend.FlushNames(
        [.. _view.Segments.Select(segment => new ObjectName(ObjectKind.Index, segment.Id.ToString()))]);

    /// <summary>Looks again where a segment was deleted since it was listed: another one holds what it held.</summary>
    private HashSet<SegmentId> RefreshOnce()
    {
        while (true)
        {
            var listed = backend.List(ObjectKind.Index)
                .Select(info => SegmentId.TryParse(info.Name, out var id) ? id : (SegmentId?)null)
                .OfType<SegmentId>()
                .ToHashSet();
            _damaged.Clear();
            var opened = listed.Select(TryOpen).OfType<IndexSegment>().ToArray();
            if (opened.Length + _damaged.Count < listed.Count)
            {
                continue;
            }

            Show(opened);
            foreach (var gone in _opened.Keys.Where(id => !listed.Contains(id)).ToList())
            {
                _opened.Remove(gone, out var segment);
                _retired.Add(segment!);
            }

            return listed;
        }
    }

    /// <summary>Only while nobody can have a view that they are in.</summary>
    private void DisposeRetired()
    {
        _retired.ForEach(segment => segment.Dispose());
        _retired.Clear();
    }

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
