using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>
/// A file system that does nothing wrong by itself; each broken rule overrides the calls that it is about.
/// </summary>
internal abstract class BreakingFileSystem(IFileSystem inner) : IFileSystem
{
    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    protected IFileSystem Inner => inner;

    public virtual void CreateDirectory(string path) => inner.CreateDirectory(path);

    public virtual IWritableFile CreateFile(string path) => inner.CreateFile(path);

    public virtual bool RenameNoReplace(string path, string newPath) => inner.RenameNoReplace(path, newPath);

    public virtual void FlushDirectory(string path) => inner.FlushDirectory(path);

    public virtual bool Delete(string path) => inner.Delete(path);

    public virtual IReadableFile? OpenFile(string path) => inner.OpenFile(path);

    public virtual IReadOnlyList<FileEntry>? List(string path) => inner.List(path);

    /// <summary>Whether a path is below a directory of the repository.</summary>
    protected static bool IsIn(string directory, string path) =>
        path.StartsWith($"{World.Root}/{directory}/", StringComparison.Ordinal);

    protected static bool Is(string directory, string path) => path == $"{World.Root}/{directory}";
}
