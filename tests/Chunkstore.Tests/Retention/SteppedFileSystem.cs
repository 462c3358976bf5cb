using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.Retention;

/// <summary>Asks before each call that others can notice, so that a schedule decides what comes next.</summary>
internal sealed class SteppedFileSystem(IFileSystem inner, Action step) : IFileSystem
{
    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IWritableFile CreateFile(string path) => inner.CreateFile(path);

    public bool RenameNoReplace(string path, string newPath)
    {
        step();
        return inner.RenameNoReplace(path, newPath);
    }

    public void FlushDirectory(string path) => inner.FlushDirectory(path);

    public bool Delete(string path)
    {
        if (!path.Contains("/tmp/", StringComparison.Ordinal) || path.Contains("/holds/", StringComparison.Ordinal))
        {
            step();
        }

        return inner.Delete(path);
    }

    public IReadableFile? OpenFile(string path)
    {
        step();
        return inner.OpenFile(path);
    }

    public IReadOnlyList<FileEntry>? List(string path)
    {
        step();
        return inner.List(path);
    }
}
