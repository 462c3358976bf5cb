using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.Backends;

/// <summary>A file system that counts the listings of one directory, and lets something happen after each.</summary>
internal sealed class WatchedListings(IFileSystem inner, string directory) : IFileSystem
{
    private int _listings;

    /// <summary>Listings of the directory so far.</summary>
    public int Listings => _listings;

    /// <summary>
    /// Called after a listing, before whoever asked for it sees it: what happens here comes too late for that one.
    /// </summary>
    public Action<int>? Listed { get; set; }

    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public IReadOnlyList<FileEntry>? List(string path)
    {
        var entries = inner.List(path);
        if (path == directory)
        {
            var number = Interlocked.Increment(ref _listings);
            Listed?.Invoke(number);
        }

        return entries;
    }

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IWritableFile CreateFile(string path) => inner.CreateFile(path);

    public bool RenameNoReplace(string path, string newPath) => inner.RenameNoReplace(path, newPath);

    public void FlushDirectory(string path) => inner.FlushDirectory(path);

    public bool Delete(string path) => inner.Delete(path);

    public IReadableFile? OpenFile(string path) => inner.OpenFile(path);
}
