using BackupEngine.Chunkstore.Backends;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>
/// A disk in memory that keeps every call that changes something, with its begin and its end: two calls of different
/// threads that overlapped have no order, and neither is covered by the other's flush.
/// </summary>
internal sealed class RecordingDisk : IFileSystem
{
    private readonly Lock _lock = new();
    private long _clock;
    private int _nodes;

    public RecordingDisk() => Root = new DiskDirectory(_nodes++);

    /// <summary>A disk that holds what was left of another one, all of it durable.</summary>
    public RecordingDisk(DiskImage image)
        : this()
    {
        foreach (var (path, bytes) in image.Entries)
        {
            DiskNode node = bytes is null ? new DiskDirectory(_nodes++) : new DiskFile(_nodes++);
            (node as DiskFile)?.Add(new DiskWrite(0, 0, bytes!) { End = 0 });
            Directory(path).Add(new NameChange(0, (Path.GetFileName(path), node)) { End = 0 });
        }
    }

    public DiskDirectory Root { get; }

    public IReadOnlyCollection<string> Fallbacks => [];

    /// <summary>The present time: each call begins and ends at one of its own.</summary>
    public long Now => Interlocked.Read(ref _clock);

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            if (Find(path) is null)
            {
                Change(Directory(path), (Path.GetFileName(path), new DiskDirectory(_nodes++)));
            }
        }
    }

    public IWritableFile CreateFile(string path)
    {
        lock (_lock)
        {
            if (Find(path) is not null)
            {
                throw new IOException($"{path} exists", Errno.Exists);
            }

            var file = new DiskFile(_nodes++);
            Change(Directory(path), (Path.GetFileName(path), file));
            return new DiskWriter(this, file);
        }
    }

    public bool RenameNoReplace(string path, string newPath)
    {
        lock (_lock)
        {
            var node = Find(path) ?? throw new IOException($"{path} is not there", Errno.NoEntry);
            if (Find(newPath) is not null)
            {
                return false;
            }

            var (from, to) = (Directory(path), Directory(newPath));
            (string, DiskNode?) removed = (Path.GetFileName(path), null);
            (string, DiskNode?) added = (Path.GetFileName(newPath), node);
            if (from == to)
            {
                Change(from, removed, added);
            }
            else
            {
                Change(to, added);
                Change(from, removed);
            }

            return true;
        }
    }

    public void FlushDirectory(string path)
    {
        DiskDirectory directory;
        lock (_lock)
        {
            directory = Find(path) as DiskDirectory ?? throw new IOException($"{path} is not there", Errno.NoEntry);
        }

        Flush(directory);
    }

    public bool Delete(string path)
    {
        lock (_lock)
        {
            if (Find(path) is null)
            {
                return false;
            }

            Change(Directory(path), (Path.GetFileName(path), null));
            return true;
        }
    }

    public IReadableFile? OpenFile(string path)
    {
        // States that differ in contents of temporary files only are taken for one: nobody may look at them.
        Assert.False(path.Contains("/tmp/", StringComparison.Ordinal), $"{path} is read");
        lock (_lock)
        {
            return Find(path) is DiskFile file ? new DiskReader(file.Bytes) : null;
        }
    }

    public IReadOnlyList<FileEntry>? List(string path)
    {
        lock (_lock)
        {
            return Find(path) is DiskDirectory directory
                ? [.. directory.Names.Select(entry => new FileEntry(
                    entry.Key, entry.Value is DiskDirectory, (entry.Value as DiskFile)?.Bytes.Length ?? 0))]
                : null;
        }
    }

    internal void Write(DiskFile file, ReadOnlySpan<byte> bytes, long offsetBytes)
    {
        lock (_lock)
        {
            var write = new DiskWrite(Tick(), (int)offsetBytes, bytes.ToArray());
            file.Add(write);
            write.End = Tick();
        }
    }

    /// <summary>Not under the lock: what others do meanwhile is not covered.</summary>
    internal void Flush(DiskNode node)
    {
        var flush = new DiskFlush(Interlocked.Increment(ref _clock));
        Thread.Yield();
        lock (_lock)
        {
            node.Add(flush);
            flush.End = Tick();
        }
    }

    private void Change(DiskDirectory directory, params (string Name, DiskNode? Node)[] names)
    {
        var change = new NameChange(Tick(), names);
        directory.Add(change);
        change.End = Tick();
    }

    private long Tick() => Interlocked.Increment(ref _clock);

    private DiskDirectory Directory(string path) => Find(Path.GetDirectoryName(path)!) as DiskDirectory
        ?? throw new IOException($"{Path.GetDirectoryName(path)} is not there", Errno.NoEntry);

    private DiskNode? Find(string path)
    {
        DiskNode? node = Root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = (node as DiskDirectory)?.Names.GetValueOrDefault(name);
        }

        return node;
    }
}
