using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>What is on a disk after a loss of power.</summary>
/// <param name="Entries">Paths with contents, a directory before what is in it; null for a directory.</param>
/// <param name="Key">The same for equal states of one disk.</param>
internal sealed record DiskImage(IReadOnlyList<(string Path, byte[]? Bytes)> Entries, string Key)
{
    /// <summary>All that is below a directory and itself, a directory before what is in it.</summary>
    public static SortedDictionary<string, byte[]?> EntriesOf(IFileSystem files, string directory)
    {
        var entries = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal) { [directory] = null };
        foreach (var entry in files.List(directory)!)
        {
            var path = $"{directory}/{entry.Name}";
            if (!entry.IsDirectory)
            {
                entries[path] = Read(files, path);
                continue;
            }

            foreach (var (below, bytes) in EntriesOf(files, path))
            {
                entries[below] = bytes;
            }
        }

        return entries;
    }

    private static byte[] Read(IFileSystem files, string path)
    {
        using var file = files.OpenFile(path)!;
        var bytes = new byte[file.LengthBytes];
        file.Read(bytes, 0);
        return bytes;
    }
}
