namespace BackupEngine.Chunkstore.Backends;

/// <summary>
/// Keeps a bounded number of files open for reading. The one used longest ago is closed when another is wanted; a file
/// that is in use stays open until its last user lets go.
/// </summary>
internal sealed class FileHandleCache(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CachedFile> _files = new(StringComparer.Ordinal);
    private readonly LinkedList<CachedFile> _byUse = new();

    /// <summary>
    /// Opens a file or takes the one that is open; null where there is none. Disposing the lease lets go.
    /// </summary>
    public FileLease? Open(string path, Func<string, IReadableFile?> open)
    {
        lock (_lock)
        {
            if (_files.TryGetValue(path, out var known))
            {
                _byUse.Remove(known.Node);
                _byUse.AddFirst(known.Node);
                return known.Take();
            }
        }

        var file = open(path);
        return file is null ? null : Add(path, file);
    }

    /// <summary>Forgets a file, which was deleted.</summary>
    public void Remove(string path)
    {
        lock (_lock)
        {
            if (_files.TryGetValue(path, out var known))
            {
                Evict(known);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_byUse.Last is { } oldest)
            {
                Evict(oldest.Value);
            }
        }
    }

    private FileLease Add(string path, IReadableFile file)
    {
        lock (_lock)
        {
            if (_files.TryGetValue(path, out var other))
            {
                // Another thread was faster; both opened the same file.
                file.Dispose();
                return other.Take();
            }

            var added = new CachedFile(path, file);
            _files.Add(path, added);
            _byUse.AddFirst(added.Node);
            if (_files.Count > capacity)
            {
                Evict(_byUse.Last!.Value);
            }

            return added.Take();
        }
    }

    private void Evict(CachedFile file)
    {
        _files.Remove(file.Path);
        _byUse.Remove(file.Node);
        file.Release();
    }
}
