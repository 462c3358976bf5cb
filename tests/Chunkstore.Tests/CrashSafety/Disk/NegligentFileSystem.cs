using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A file system of a program that forgets a flush, or makes it too late.</summary>
internal sealed class NegligentFileSystem(IFileSystem inner, Negligence negligence, string place) : IFileSystem
{
    private readonly Dictionary<string, NegligentFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _late = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IWritableFile CreateFile(string path)
    {
        lock (_files)
        {
            var file = new NegligentFile(inner.CreateFile(path));
            _files.Add(path, file);
            return file;
        }
    }

    public bool RenameNoReplace(string path, string newPath)
    {
        var isHere = Path.GetDirectoryName(newPath)!.StartsWith(place, StringComparison.Ordinal);
        var file = Of(path);
        if (!isHere || negligence is not (Negligence.NoContents or Negligence.ContentsAfterName))
        {
            file?.Inner.FlushData();
        }

        var renamed = inner.RenameNoReplace(path, newPath);
        if (isHere && negligence == Negligence.ContentsAfterName)
        {
            file?.Inner.FlushData();
        }

        return renamed;
    }

    public void FlushDirectory(string path)
    {
        if (negligence == Negligence.NoNames && path == place)
        {
            return;
        }

        if (negligence == Negligence.NamesAfterCommit && path == place)
        {
            _late.Add(path);
            return;
        }

        inner.FlushDirectory(path);
        if (path.EndsWith("/manifests", StringComparison.Ordinal))
        {
            _late.ToList().ForEach(inner.FlushDirectory);
        }
    }

    public bool Delete(string path) => inner.Delete(path);

    public IReadableFile? OpenFile(string path) => inner.OpenFile(path);

    public IReadOnlyList<FileEntry>? List(string path) => inner.List(path);

    /// <summary>Null for a file that was there before, all of which is durable.</summary>
    private NegligentFile? Of(string path)
    {
        lock (_files)
        {
            return _files.GetValueOrDefault(path);
        }
    }

    /// <summary>Which flush is forgotten shows with the name that the file gets: all of them wait for it.</summary>
    private sealed class NegligentFile(IWritableFile inner) : IWritableFile
    {
        public IWritableFile Inner => inner;

        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) => inner.Write(bytes, offsetBytes);

        public void FlushData()
        {
            // Made, or not, when the file gets its name.
        }

        public void Dispose()
        {
            // The file is still to be flushed.
        }
    }
}

/// <summary>What is forgotten.</summary>
public enum Negligence
{
    /// <summary>The contents of files are not flushed.</summary>
    NoContents,

    /// <summary>The contents of files are flushed when they have their names.</summary>
    ContentsAfterName,

    /// <summary>The names in a directory are not flushed.</summary>
    NoNames,

    /// <summary>The names in a directory are flushed when the manifest has its own.</summary>
    NamesAfterCommit,
}
