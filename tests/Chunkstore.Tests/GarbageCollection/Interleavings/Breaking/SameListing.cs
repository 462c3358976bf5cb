using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Sees a directory as it was when it was first listed; or, from the beginning, as empty.</summary>
internal sealed class SameListing(IFileSystem inner, string directory, bool isEmpty, int times = int.MaxValue)
    : BreakingFileSystem(inner)
{
    private IReadOnlyList<FileEntry>? _first;
    private int _times = times;

    public override IReadOnlyList<FileEntry>? List(string path)
    {
        var now = base.List(path);
        return Is(directory, path) && _times-- > 0 ? isEmpty ? [] : _first ??= now : now;
    }
}
