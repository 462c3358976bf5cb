using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Publishes its answers after its commit, or takes them away with its session.</summary>
internal sealed class LateAnswers(IFileSystem inner, bool comeLate) : BreakingFileSystem(inner)
{
    private readonly List<(string Path, string NewPath)> _answers = [];

    public override bool RenameNoReplace(string path, string newPath)
    {
        if (IsIn("gc", newPath) && newPath.Contains(".ack-", StringComparison.Ordinal))
        {
            _answers.Add((path, newPath));
            return comeLate || base.RenameNoReplace(path, newPath);
        }

        var renamed = base.RenameNoReplace(path, newPath);
        if (comeLate && IsIn("manifests", newPath))
        {
            _answers.ForEach(answer => Inner.RenameNoReplace(answer.Path, answer.NewPath));
        }

        return renamed;
    }

    public override bool Delete(string path)
    {
        var deleted = base.Delete(path);
        if (!comeLate && IsIn("sessions", path))
        {
            _answers.ForEach(answer => Inner.Delete(answer.NewPath));
        }

        return deleted;
    }
}
