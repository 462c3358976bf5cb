using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Says that a generation is done when its verdict is published.</summary>
internal sealed class EarlyDone(IFileSystem inner, MemoryFileSystem disk, Guid repositoryId) : BreakingFileSystem(inner)
{
    private const string Verdict = ".verdict";

    public override bool RenameNoReplace(string path, string newPath)
    {
        var renamed = base.RenameNoReplace(path, newPath);
        if (renamed && newPath.EndsWith(Verdict, StringComparison.Ordinal))
        {
            var number = CollectionFile.Read(disk.ReadAll(newPath), repositoryId, newPath).Generation;
            var done = new MemoryFile();
            done.Write(new CollectionFile(CollectionFileKind.Done, number).Write(repositoryId), 0);
            disk.Restore(newPath[..^Verdict.Length] + ".done", done);
        }

        return renamed;
    }
}
