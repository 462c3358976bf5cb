using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

/// <summary>
/// Reads the directory of sessions in two parts, as POSIX allows it: what gets another name in between may be missed
/// under both. First come the names by which sessions take back.
/// </summary>
internal sealed class SlowListing(IFileSystem inner) : BreakingFileSystem(inner)
{
    public override IReadOnlyList<FileEntry>? List(string path)
    {
        if (!Is("sessions", path))
        {
            return base.List(path);
        }

        var before = base.List(path)!.Where(entry => Path.HasExtension(entry.Name)).ToList();
        return [.. before, .. base.List(path)!.Where(entry => !Path.HasExtension(entry.Name))];
    }
}
