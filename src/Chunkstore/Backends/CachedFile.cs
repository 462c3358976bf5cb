namespace BackupEngine.Chunkstore.Backends;

/// <summary>An open file with its users counted; the cache itself is one of them.</summary>
internal sealed class CachedFile
{
    private int _users = 1;

    public CachedFile(string path, IReadableFile file)
    {
        Path = path;
        File = file;
        Node = new LinkedListNode<CachedFile>(this);
    }

    public string Path { get; }

    public IReadableFile File { get; }

    public LinkedListNode<CachedFile> Node { get; }

    /// <summary>One more user. Only while the cache holds the file, under its lock.</summary>
    public FileLease Take()
    {
        Interlocked.Increment(ref _users);
        return new FileLease(this);
    }

    /// <summary>One user less; the last one closes the file.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            File.Dispose();
        }
    }
}
