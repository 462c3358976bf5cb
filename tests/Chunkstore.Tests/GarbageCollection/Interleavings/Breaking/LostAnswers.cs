using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Publishes no answers, or takes them away with its session.</summary>
internal sealed class LostAnswers(IFileSystem inner, bool neverCome) : BreakingFileSystem(inner)
{
    private readonly List<string> _answers = [];

    public override bool RenameNoReplace(string path, string newPath)
    {
        var isAnswer = IsIn("gc", newPath) && newPath.Contains(".ack-", StringComparison.Ordinal);
        if (isAnswer)
        {
            _answers.Add(newPath);
        }

        return (isAnswer && neverCome) || base.RenameNoReplace(path, newPath);
    }

    public override bool Delete(string path)
    {
        var deleted = base.Delete(path);
        if (IsIn("sessions", path))
        {
            _answers.ForEach(answer => Inner.Delete(answer));
        }

        return deleted;
    }
}
