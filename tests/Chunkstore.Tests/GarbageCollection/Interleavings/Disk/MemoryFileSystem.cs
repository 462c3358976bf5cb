using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

/// <summary>
/// Directories and files in memory, as a POSIX file system shows them to processes: names are taken and given
/// atomically, and a file that is open stays readable when its name is gone. Nothing is ever lost here.
/// </summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _directories = new(StringComparer.Ordinal) { "/" };

    public IReadOnlyCollection<string> Fallbacks => [];

    /// <summary>Another one with the same files; those are written once and shared.</summary>
    public MemoryFileSystem Copy()
    {
        var copy = new MemoryFileSystem();
        lock (_lock)
        {
            foreach (var (path, file) in _files)
            {
                copy._files.Add(path, file);
            }

            copy._directories.UnionWith(_directories);
        }

        return copy;
    }

    /// <summary>The contents of a file.</summary>
    public byte[] ReadAll(string path)
    {
        lock (_lock)
        {
            var file = _files[path];
            var bytes = new byte[file.LengthBytes];
            file.Read(bytes, 0);
            return bytes;
        }
    }

    /// <summary>How many files are below a directory.</summary>
    public int Count(string directory)
    {
        lock (_lock)
        {
            return _files.Keys.Count(path => path.StartsWith(directory, StringComparison.Ordinal));
        }
    }

    /// <summary>Gives a file other contents.</summary>
    public void Replace(string path, byte[] bytes)
    {
        var file = new MemoryFile();
        file.Write(bytes, 0);
        lock (_lock)
        {
            _files[path] = file;
        }
    }

    /// <summary>Gives a file its name again, if that is free.</summary>
    public void Restore(string path, MemoryFile file)
    {
        lock (_lock)
        {
            _files.TryAdd(path, file);
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            _directories.Add(path);
        }
    }

    public IWritableFile CreateFile(string path)
    {
        lock (_lock)
        {
            var file = new MemoryFile();
            return _files.TryAdd(path, file) ? file : throw new IOException($"{path} exists", Errno.Exists);
        }
    }

    public bool RenameNoReplace(string path, string newPath)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(path, out var file))
            {
                throw new IOException($"{path} is not there", Errno.NoEntry);
            }

            return _files.TryAdd(newPath, file) && _files.Remove(path);
        }
    }

    public void FlushDirectory(string path)
    {
        // Nothing is lost here.
    }

    public bool Delete(string path)
    {
        lock (_lock)
        {
            return _files.Remove(path);
        }
    }

    public IReadableFile? OpenFile(string path)
    {
        lock (_lock)
        {
            return _files.GetValueOrDefault(path);
        }
    }

    public IReadOnlyList<FileEntry>? List(string path)
    {
        lock (_lock)
        {
            if (!_directories.Contains(path))
            {
                return null;
            }

            bool IsInside(string other) => other != path && Path.GetDirectoryName(other) == path;
            var directories = _directories.Where(IsInside).Select(Path.GetFileName)
                .Select(name => new FileEntry(name!, IsDirectory: true, 0));
            var files = _files.Where(pair => IsInside(pair.Key))
                .Select(pair => new FileEntry(Path.GetFileName(pair.Key), IsDirectory: false, pair.Value.LengthBytes));
            return [.. directories, .. files];
        }
    }
}
