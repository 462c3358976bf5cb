namespace BackupEngine.Chunkstore.Tests;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private const string Memory = "/dev/shm";

    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("chunkstore-test-").FullName;

    private TemporaryDirectory(string parent) =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, $"chunkstore-test-{Guid.NewGuid()}")).FullName;

    public string Path { get; }

    /// <summary>One in memory where there is such a file system: for tests that flush thousands of times.</summary>
    public static TemporaryDirectory InMemory() =>
        Directory.Exists(Memory) ? new TemporaryDirectory(Memory) : new TemporaryDirectory();

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
