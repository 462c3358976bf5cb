using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Registers when it looks whether it is registered, which is just before the commit.</summary>
internal sealed class LateRegistration(IFileSystem inner) : BreakingFileSystem(inner)
{
    private (string Path, string NewPath)? _pending;

    public override bool RenameNoReplace(string path, string newPath)
    {
        if (IsIn("sessions", newPath) && _pending is null)
        {
            _pending = (path, newPath);
            return true;
        }

        return base.RenameNoReplace(path, newPath);
    }

    public override IReadableFile? OpenFile(string path)
    {
        if (_pending is { } pending && pending.NewPath == path)
        {
            Inner.RenameNoReplace(pending.Path, pending.NewPath);
        }

        return base.OpenFile(path);
    }
}
