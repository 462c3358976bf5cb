using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>
/// After the packs were listed, sees the sessions at its second look at them as it saw them at its first one.
/// </summary>
internal sealed class ListedOnce(IFileSystem inner) : BreakingFileSystem(inner)
{
    private bool _hasListedPacks;
    private IReadOnlyList<FileEntry>? _first;

    public override IReadOnlyList<FileEntry>? List(string path)
    {
        _hasListedPacks |= Is("packs", path);
        return !Is("sessions", path) ? base.List(path)
            : _hasListedPacks ? _first ??= base.List(path)
            : base.List(path);
    }
}
