using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Gives a commit ticket its name although somebody has taken it away.</summary>
internal sealed class ForcedCommit(IFileSystem inner, MemoryFileSystem disk) : BreakingFileSystem(inner)
{
    private readonly Dictionary<string, MemoryFile> _tickets = new(StringComparer.Ordinal);

    public override IWritableFile CreateFile(string path)
    {
        var file = base.CreateFile(path);
        if (file is MemoryFile memory)
        {
            _tickets[path] = memory;
        }

        return file;
    }

    public override bool RenameNoReplace(string path, string newPath)
    {
        if (_tickets.TryGetValue(path, out var file))
        {
            disk.Restore(path, file);
        }

        return base.RenameNoReplace(path, newPath);
    }
}
