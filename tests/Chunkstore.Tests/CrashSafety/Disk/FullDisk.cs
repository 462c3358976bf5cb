using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>
/// A disk with so many bytes left. A file takes a block at least, so on a disk without one nothing can be created; what
/// is deleted gives its space back.
/// </summary>
internal sealed class FullDisk(IFileSystem inner, long freeBytes) : IFileSystem
{
    private const int BlockBytes = 4096;

    private readonly Lock _lock = new();
    private long _free = freeBytes;

    /// <summary>Bytes that are left.</summary>
    public long FreeBytes => Interlocked.Read(ref _free);

    /// <summary>Calls that found no space.</summary>
    public int Refused { get; private set; }

    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IWritableFile CreateFile(string path)
    {
        Take(BlockBytes, path);
        return new File(this, inner.CreateFile(path), path);
    }

    public bool RenameNoReplace(string path, string newPath) => inner.RenameNoReplace(path, newPath);

    public void FlushDirectory(string path) => inner.FlushDirectory(path);

    public bool Delete(string path)
    {
        var length = inner.List(Path.GetDirectoryName(path)!)?
            .FirstOrDefault(entry => entry.Name == Path.GetFileName(path)).LengthBytes ?? 0;
        if (!inner.Delete(path))
        {
            return false;
        }

        Interlocked.Add(ref _free, Blocks(length));
        return true;
    }

    public IReadableFile? OpenFile(string path) => inner.OpenFile(path);

    public IReadOnlyList<FileEntry>? List(string path) => inner.List(path);

    private static long Blocks(long bytes) => Math.Max(1, (bytes + BlockBytes - 1) / BlockBytes) * BlockBytes;

    private void Take(long bytes, string path)
    {
        lock (_lock)
        {
            if (bytes > FreeBytes)
            {
                Refused++;
                throw new IOException($"no space for {path}", Errno.NoSpace);
            }

            Interlocked.Add(ref _free, -bytes);
        }
    }

    private sealed class File(FullDisk disk, IWritableFile file, string path) : IWritableFile
    {
        private long _taken = BlockBytes;

        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
        {
            var needed = Blocks(offsetBytes + bytes.Length) - _taken;
            if (needed > 0)
            {
                disk.Take(needed, path);
                _taken += needed;
            }

            file.Write(bytes, offsetBytes);
        }

        public void FlushData() => file.FlushData();

        public void Dispose() => file.Dispose();
    }
}
