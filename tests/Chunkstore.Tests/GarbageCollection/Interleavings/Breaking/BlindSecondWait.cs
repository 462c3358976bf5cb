using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>
/// Sees no session to wait for when a newer generation has taken the place of the one that it waits for.
/// </summary>
internal sealed class BlindSecondWait(IFileSystem inner) : BreakingFileSystem(inner)
{
    private string _newest = "";
    private string _waitedFor = "";

    public override IReadOnlyList<FileEntry>? List(string path)
    {
        var now = base.List(path);
        if (Is("gc", path))
        {
            _newest = now!.Select(entry => entry.Name).Where(name => !name.Contains('.')).Max() ?? "";
        }
        else if (Is("sessions", path) && _newest.Length > 0)
        {
            var isOvertaken = _waitedFor.Length > 0 && _waitedFor != _newest;
            _waitedFor = _newest;
            return isOvertaken ? [] : now;
        }

        return now;
    }

    /// <summary>What it decides itself it does not wait for any more.</summary>
    public override bool RenameNoReplace(string path, string newPath)
    {
        if (IsIn("gc", newPath) && newPath.EndsWith(".verdict", StringComparison.Ordinal))
        {
            _waitedFor = "";
        }

        return base.RenameNoReplace(path, newPath);
    }
}
