using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

/// <summary>
/// What one participant sees of a file system: before each call that others can notice, or that can notice others, it
/// waits for its turn.
/// </summary>
internal sealed class ParkingFileSystem(Participant participant, IFileSystem inner) : IFileSystem
{
    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    /// <summary>Of temporary files only commit tickets are anything to others.</summary>
    public IWritableFile CreateFile(string path) => path.EndsWith("-commit", StringComparison.Ordinal)
        ? participant.Call(CallInfo.Create(Short(path)), () => inner.CreateFile(path))
        : inner.CreateFile(path);

    public bool RenameNoReplace(string path, string newPath) => participant.Call(
        CallInfo.Rename(Short(path), Short(newPath)), () => inner.RenameNoReplace(path, newPath));

    public void FlushDirectory(string path) => inner.FlushDirectory(path);

    public bool Delete(string path) => participant.Call(CallInfo.Unlink(Short(path)), () => inner.Delete(path));

    public IReadableFile? OpenFile(string path) =>
        participant.Call(CallInfo.Open(Short(path)), () => inner.OpenFile(path));

    public IReadOnlyList<FileEntry>? List(string path) =>
        participant.Call(CallInfo.List(Short(path)), () => inner.List(path));

    private static string Short(string path) => path.StartsWith(World.Root, StringComparison.Ordinal)
        ? path[World.Root.Length..].TrimStart('/')
        : path;
}
