using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Only looks whether its session's record is there, instead of giving it its other name.</summary>
internal sealed class UnmovedRecord(IFileSystem inner) : BreakingFileSystem(inner)
{
    private string _record = "";
    private string _otherName = "";

    public override bool RenameNoReplace(string path, string newPath)
    {
        if (!IsIn("sessions", path))
        {
            return base.RenameNoReplace(path, newPath);
        }

        (_record, _otherName) = (path, newPath);
        return OpenFile(path) is null ? throw new IOException($"{path} is not there", Errno.NoEntry) : true;
    }

    public override IReadableFile? OpenFile(string path) => base.OpenFile(path == _otherName ? _record : path);

    public override bool Delete(string path) => base.Delete(path == _otherName ? _record : path);
}
