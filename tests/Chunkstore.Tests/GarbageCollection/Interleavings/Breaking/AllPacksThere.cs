using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Finds every pack, whether it is there or not.</summary>
internal sealed class AllPacksThere(IFileSystem inner) : BreakingFileSystem(inner)
{
    public override IReadableFile? OpenFile(string path)
    {
        var file = base.OpenFile(path);
        if (file is not null || !IsIn("packs", path))
        {
            return file;
        }

        var empty = new MemoryFile();
        empty.Write(new byte[64 * 1024], 0);
        return empty;
    }
}
