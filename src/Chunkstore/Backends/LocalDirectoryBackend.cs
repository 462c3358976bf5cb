using System.Collections.Concurrent;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A repository in a directory of a local or shared POSIX file system.</summary>
internal sealed class LocalDirectoryBackend : IRepositoryBackend
{
    private const int OpenFiles = 64;

    private readonly string _root;
    private readonly IFileSystem _files;
    private readonly FileHandleCache _handles = new(OpenFiles);
    private readonly ConcurrentDictionary<string, bool> _suspectDirectories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lock> _directoryFlushes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _durableDirectories = new(StringComparer.Ordinal);
    private int _temporaryNumber;

    public LocalDirectoryBackend(string root, IFileSystem? files = null)
    {
        _root = Path.GetFullPath(root);
        _files = files ?? new LinuxFileSystem();
    }

    public string Location => _root;

    public IReadOnlyCollection<string> Fallbacks => _files.Fallbacks;

    private string TemporaryDirectory => Path.Combine(_root, RepositoryLayout.Temporary);

    public string Describe(ObjectName name) => Path.Combine(_root, RepositoryLayout.PathOf(name));

    public void Initialize() => Attempt("create the repository", _root, () =>
    {
        RequireNothingInside();
        var made = MissingDirectories();
        _files.CreateDirectory(_root);
        foreach (var directory in RepositoryLayout.Directories)
        {
            _files.CreateDirectory(Path.Combine(_root, directory));
        }

        _files.FlushDirectory(_root);
        made.ForEach(directory => _files.FlushDirectory(Path.GetDirectoryName(directory) ?? directory));
        return true;
    });

    public IObjectWriter Create(ObjectName name, SessionId owner) => CreateWriter(name, owner);

    public IObjectWriter CreateTicket(ObjectName name, SessionId owner) => CreateWriter(name, $"{owner}-commit");

    public void PublishSmall(ObjectName name, ReadOnlySpan<byte> bytes, SessionId owner)
    {
        using var file = CreateWriter(name, owner);
        file.Write(bytes);
        file.Publish();
        FlushNames([name]);
    }

    public void FlushNames(IReadOnlyCollection<ObjectName> names)
    {
        var directories = names.Select(name => Path.GetDirectoryName(Describe(name))!);
        foreach (var directory in directories.Distinct(StringComparer.Ordinal))
        {
            Attempt("flush the directory", directory, () => FlushDirectory(directory));
        }
    }

    /// <remarks>Asks the directory: a file that is open here may have been deleted by another process.</remarks>
    public long? FindLength(ObjectName name) => Attempt("open", Describe(name), () =>
    {
        using var file = _files.OpenFile(Describe(name));
        return file?.LengthBytes;
    });

    public ValueTask<int> ReadAsync(
        ObjectName name, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var lease = Lease(name) ?? throw Missing(name);
        try
        {
            return new ValueTask<int>(lease.File.Read(destination.Span, offsetBytes));
        }
        catch (IOException exception)
        {
            throw StorageErrors.Translate(exception, "read", Describe(name));
        }
    }

    public IObjectReader? OpenRead(ObjectName name) =>
        Lease(name) is { } lease ? new LocalObjectReader(lease, Describe(name)) : null;

    public byte[] ReadAll(ObjectName name, int maximumBytes) => Attempt("read", Describe(name), () =>
    {
        using var file = _files.OpenFile(Describe(name)) ?? throw Missing(name);
        if (file.LengthBytes > maximumBytes)
        {
            throw new CorruptDataException(
                $"{Describe(name)} is damaged: it has {file.LengthBytes} bytes; at most {maximumBytes} are possible.");
        }

        var bytes = new byte[file.LengthBytes];
        return file.Read(bytes, 0) == bytes.Length
            ? bytes
            : throw new CorruptDataException($"{Describe(name)} is damaged: it became shorter while it was read.");
    });

    public IMappedObject Map(ObjectName name) => Attempt("map", Describe(name), () =>
    {
        using var file = _files.OpenFile(Describe(name)) ?? throw Missing(name);
        return file.LengthBytes > 0
            ? file.Map()
            : throw new CorruptDataException($"{Describe(name)} is damaged: it is empty.");
    });

    public IReadOnlyList<ObjectInfo> List(ObjectKind kind)
    {
        var directory = Path.Combine(_root, RepositoryLayout.DirectoryOf(kind));
        IEnumerable<FileEntry> files = ListDirectory(directory);
        if (kind == ObjectKind.Pack)
        {
            files = files.Where(entry => entry.IsDirectory)
                .SelectMany(entry => ListDirectory(Path.Combine(directory, entry.Name)));
        }

        return [.. files.Where(entry => !entry.IsDirectory)
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => new ObjectInfo(entry.Name, entry.LengthBytes))];
    }

    public bool Delete(ObjectName name)
    {
        var path = Describe(name);
        _handles.Remove(path);
        return Attempt("delete", path, () =>
        {
            var deleted = _files.Delete(path);
            if (deleted)
            {
                FlushDirectory(Path.GetDirectoryName(path)!);
            }

            return deleted;
        });
    }

    public bool Rename(ObjectName name, ObjectName newName)
    {
        var path = Describe(name);
        _handles.Remove(path);
        return Attempt("rename", path, () =>
        {
            try
            {
                if (!_files.RenameNoReplace(path, Describe(newName)))
                {
                    throw new ObjectExistsException($"{Describe(newName)} exists already; nothing was changed.");
                }
            }
            catch (IOException exception) when (exception.HResult == Errno.NoEntry)
            {
                return false;
            }

            return FlushDirectory(Path.GetDirectoryName(path)!);
        });
    }

    public bool SetAside(ObjectName name)
    {
        var path = Describe(name);
        _handles.Remove(path);
        return Attempt("set aside", path, () =>
        {
            var number = 0;
            while (FindLength(name) is not null)
            {
                // Nothing is replaced, so what was set aside before is kept as well.
                if (_files.RenameNoReplace(path, number == 0 ? $"{path}.damaged" : $"{path}.damaged-{number}"))
                {
                    FlushDirectory(Path.GetDirectoryName(path)!);
                    return true;
                }

                number++;
            }

            return false;
        });
    }

    public IReadOnlyList<SessionId> ListTemporaryOwners() =>
        [.. ListDirectory(TemporaryDirectory).Select(entry => OwnerOf(entry.Name)).OfType<SessionId>().Distinct()];

    public int DeleteTemporary(SessionId owner)
    {
        var deleted = ListDirectory(TemporaryDirectory)
            .Where(entry => OwnerOf(entry.Name) == owner)
            .Count(entry => Attempt(
                "delete", entry.Name, () => _files.Delete(Path.Combine(TemporaryDirectory, entry.Name))));
        if (deleted > 0)
        {
            Attempt("flush the directory", TemporaryDirectory, () => FlushDirectory(TemporaryDirectory));
        }

        return deleted;
    }

    public void Dispose() => _handles.Dispose();

    /// <summary>Moves a finished temporary file to its place; false where that is taken.</summary>
    internal bool Publish(string temporaryPath, ObjectName name)
    {
        var directory = Path.Combine(_root, RepositoryLayout.DirectoryOf(name));
        MakeDirectory(directory);
        return _files.RenameNoReplace(temporaryPath, Describe(name));
    }

    /// <summary>
    /// Deletes a temporary file after a failure; what cannot be deleted now is deleted with its session.
    /// </summary>
    internal void TryDeleteTemporary(string temporaryPath)
    {
        try
        {
            _files.Delete(temporaryPath);
        }
        catch (IOException)
        {
            // The failure that led here is the one to be told.
        }
    }

    private LocalObjectWriter CreateWriter(ObjectName name, SessionId owner) =>
        CreateWriter(name, $"{owner}-{Interlocked.Increment(ref _temporaryNumber):x8}");

    private LocalObjectWriter CreateWriter(ObjectName name, string temporaryName)
    {
        var path = Path.Combine(TemporaryDirectory, temporaryName);
        var file = Attempt("create a temporary file for", Describe(name), () => _files.CreateFile(path));
        return new LocalObjectWriter(this, name, path, file);
    }

    /// <summary>
    /// Makes a directory durable at its first use by this process, even where it is there: the process that made it
    /// may have died before it flushed the parent.
    /// </summary>
    private void MakeDirectory(string directory)
    {
        if (!_durableDirectories.ContainsKey(directory))
        {
            _files.CreateDirectory(directory);
            FlushDirectory(Path.GetDirectoryName(directory)!);
            _durableDirectories[directory] = true;
        }
    }

    /// <summary>The root, and those above it that are not there yet: each has to be flushed into its parent.</summary>
    private List<string> MissingDirectories()
    {
        var missing = new List<string> { _root };
        while (Path.GetDirectoryName(missing[^1]) is { } parent && _files.List(parent) is null)
        {
            missing.Add(parent);
        }

        return missing;
    }

    /// <summary>
    /// An interrupted creation leaves empty directories of ours, and a fresh file system its lost+found.
    /// </summary>
    private void RequireNothingInside()
    {
        var foreign = ListDirectory(_root).FirstOrDefault(
            entry => !entry.IsDirectory || !(entry.Name == "lost+found" || IsOurEmptyDirectory(entry.Name)));
        if (foreign.Name is not null)
        {
            throw new RepositoryException(
                $"'{_root}' is not empty: it holds '{foreign.Name}'. Nothing was changed. "
                + "Name an empty or a new directory.");
        }
    }

    private bool IsOurEmptyDirectory(string name) =>
        RepositoryLayout.Directories.Contains(name, StringComparer.Ordinal)
        && (RepositoryLayout.MadeBeforeConfig.Contains(name, StringComparer.Ordinal)
            || ListDirectory(Path.Combine(_root, name)).Count == 0);

    private IReadOnlyList<FileEntry> ListDirectory(string path) => Attempt("list", path, () => _files.List(path) ?? []);

    private FileLease? Lease(ObjectName name) =>
        Attempt("open", Describe(name), () => _handles.Open(Describe(name), _files.OpenFile));

    private ObjectMissingException Missing(ObjectName name) => new($"{Describe(name)} is missing.");

    private static SessionId? OwnerOf(string temporaryName) =>
        temporaryName.Length > 32 && SessionId.TryParse(temporaryName[..32], out var owner) ? owner : null;

    /// <summary>
    /// After a failure the kernel may report success for what was lost: the directory stays suspect while this is
    /// open, and is not flushed again.
    /// </summary>
    private bool FlushDirectory(string directory)
    {
        // One at a time: who began beside the flush that failed would be told of success.
        lock (_directoryFlushes.GetOrAdd(directory, static _ => new Lock()))
        {
            if (_suspectDirectories.ContainsKey(directory))
            {
                throw new RepositoryException(
                    $"An earlier flush of '{directory}' failed: names in it may be lost with the next power failure. "
                    + "Nothing more is published from here. Check the disk, then start again.");
            }

            try
            {
                _files.FlushDirectory(directory);
                return true;
            }
            catch (IOException)
            {
                _suspectDirectories[directory] = true;
                throw;
            }
        }
    }

    private static T Attempt<T>(string action, string path, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (IOException exception)
        {
            throw StorageErrors.Translate(exception, action, path);
        }
    }
}
