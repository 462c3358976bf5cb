using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Goes on seeing the files of a directory that it has opened once.</summary>
internal sealed class LongSight(IFileSystem inner, string directory) : BreakingFileSystem(inner)
{
    private readonly Dictionary<string, IReadableFile> _seen = new(StringComparer.Ordinal);

    public override IReadableFile? OpenFile(string path)
    {
        var file = base.OpenFile(path);
        if (!IsIn(directory, path))
        {
            return file;
        }

        if (file is not null)
        {
            _seen[path] = file;
        }

        return _seen.GetValueOrDefault(path);
    }
}
