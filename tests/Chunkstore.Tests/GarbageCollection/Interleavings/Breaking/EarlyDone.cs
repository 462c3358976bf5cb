using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Says that a generation is done before its packs are deleted.</summary>
internal sealed class EarlyDone(IFileSystem inner, MemoryFileSystem disk, Guid repositoryId) : BreakingFileSystem(inner)
{
    private const string Verdict = ".verdict";

    private string _verdict = "";

    public override bool RenameNoReplace(string path, string newPath)
    {
        var renamed = base.RenameNoReplace(path, newPath);
        if (newPath.EndsWith(Verdict, StringComparison.Ordinal))
        {
            _verdict = newPath;
        }

        return renamed;
    }

    public override bool Delete(string path)
    {
        if (IsIn("index", path) && _verdict.Length > 0)
        {
            var number = CollectionFile.Read(disk.ReadAll(_verdict), repositoryId, _verdict).Generation;
            var done = new MemoryFile();
            done.Write(new CollectionFile(CollectionFileKind.Done, number).Write(repositoryId), 0);
            disk.Restore(_verdict[..^Verdict.Length] + ".done", done);
        }

        return base.Delete(path);
    }
}
