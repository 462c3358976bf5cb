using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Sees no sessions that take back.</summary>
internal sealed class HiddenTakeBacks(IFileSystem inner) : BreakingFileSystem(inner)
{
    public override IReadOnlyList<FileEntry>? List(string path)
    {
        var now = base.List(path);
        return Is("sessions", path) ? [.. now!.Where(entry => !Path.HasExtension(entry.Name))] : now;
    }
}
