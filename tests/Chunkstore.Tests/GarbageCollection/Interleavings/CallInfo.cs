using System.Text.RegularExpressions;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>A call on the file system, without what is random in its names.</summary>
internal sealed partial class CallInfo
{
    private CallInfo(string description, bool isChange, params IEnumerable<string> places)
    {
        Description = RandomName().Replace(description, "*");
        IsChange = isChange;
        Places = [.. places.Select(place => RandomName().Replace(place, "*")).Where(place => place is not "tmp/*")];
    }

    public string Description { get; }

    /// <summary>Whether others may see a difference afterwards.</summary>
    public bool IsChange { get; }

    /// <summary>
    /// Files and directories that it depends on or changes. Temporary files are nothing to others, but for commit
    /// tickets.
    /// </summary>
    public IReadOnlyList<string> Places { get; }

    /// <summary>Something that nobody else can notice.</summary>
    public static CallInfo Silent(string description) => new(description, isChange: false);

    public static CallInfo List(string directory) => new(
        $"list {directory}", isChange: false, directory is "tmp" ? [] : [directory]);

    public static CallInfo Open(string path) => new($"open {path}", isChange: false, path);

    public static CallInfo Create(string path) => new($"create {path}", isChange: true, path);

    public static CallInfo Unlink(string path) => new($"unlink {path}", isChange: true, WithDirectory(path));

    public static CallInfo Rename(string path, string newPath) => new(
        $"rename {path} to {newPath}", isChange: true, [path, .. WithDirectory(newPath)]);

    public override string ToString() => Description;

    private static string[] WithDirectory(string path) => [path, Path.GetDirectoryName(path)!];

    [GeneratedRegex("([0-9a-f]{2}/)?[0-9a-f]{32}(-[0-9a-f]{8})?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RandomName();
}
