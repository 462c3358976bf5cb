using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.Backends;

/// <summary>Notes every call that changes something, in order.</summary>
internal sealed class RecordingFileSystem(IFileSystem inner) : IFileSystem
{
    public List<string> Calls { get; } = [];

    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void CreateDirectory(string path)
    {
        Note($"mkdir {path}");
        inner.CreateDirectory(path);
    }

    public IWritableFile CreateFile(string path)
    {
        Note($"create {path}");
        return new RecordingFile(this, inner.CreateFile(path), path);
    }

    public bool RenameNoReplace(string path, string newPath)
    {
        Note($"rename {path} {newPath}");
        return inner.RenameNoReplace(path, newPath);
    }

    public void FlushDirectory(string path)
    {
        Note($"fsync {path}");
        inner.FlushDirectory(path);
    }

    public bool Delete(string path)
    {
        Note($"unlink {path}");
        return inner.Delete(path);
    }

    public IReadableFile? OpenFile(string path) => inner.OpenFile(path);

    public IReadOnlyList<FileEntry>? List(string path) => inner.List(path);

    private void Note(string call)
    {
        lock (Calls)
        {
            Calls.Add(call);
        }
    }

    private sealed class RecordingFile(RecordingFileSystem owner, IWritableFile file, string path) : IWritableFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
        {
            owner.Note($"write {path} {offsetBytes}+{bytes.Length}");
            file.Write(bytes, offsetBytes);
        }

        public void FlushData()
        {
            owner.Note($"fdatasync {path}");
            file.FlushData();
        }

        public void Dispose() => file.Dispose();
    }
}
