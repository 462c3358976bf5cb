namespace BackupEngine.Integration.Support.Network;

/// <summary>Where the sources are that this test was built from, and the programs that were built with it.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>A program as its own project built it: a test's own directory has only parts of it.</summary>
    public static string Program(string project, string program)
    {
        var directory = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(directory, "..", "..", project, Path.GetFileName(directory), program));
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "BackupEngine.sln")))
            directory = directory.Parent;
        return directory?.FullName
            ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below the source tree");
    }
}
