using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A file system of which one read fails, or answers with fewer bytes than there are.</summary>
internal sealed class FaultyReads(IFileSystem inner, int failingRead, bool isShort) : IFileSystem
{
    private int _reads;

    private int FailingRead => failingRead;

    private bool IsShort => isShort;

    public bool HasFailed => Volatile.Read(ref _reads) >= FailingRead;

    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IWritableFile CreateFile(string path) => inner.CreateFile(path);

    public bool RenameNoReplace(string path, string newPath) => inner.RenameNoReplace(path, newPath);

    public void FlushDirectory(string path) => inner.FlushDirectory(path);

    public bool Delete(string path) => inner.Delete(path);

    public IReadableFile? OpenFile(string path) =>
        inner.OpenFile(path) is { } file ? new FaultyReader(this, file) : null;

    public IReadOnlyList<FileEntry>? List(string path) => inner.List(path);

    private sealed class FaultyReader(FaultyReads owner, IReadableFile file) : IReadableFile
    {
        public long LengthBytes => file.LengthBytes;

        public int Read(Span<byte> destination, long offsetBytes)
        {
            if (Interlocked.Increment(ref owner._reads) != owner.FailingRead)
            {
                return file.Read(destination, offsetBytes);
            }

            return owner.IsShort
                ? file.Read(destination[..(destination.Length / 2)], offsetBytes)
                : throw new IOException("injected into a read", Errno.InputOutput);
        }

        public IMappedObject Map() => file.Map();

        public void Dispose() => file.Dispose();
    }
}
