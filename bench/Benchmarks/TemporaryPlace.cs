namespace BackupEngine.Benchmarks;

/// <summary>
/// A directory of its own, in memory where the machine has such a file system: no disk in the measurement.
/// </summary>
internal sealed class TemporaryPlace : IDisposable
{
    private const string MemoryFileSystem = "/dev/shm";

    private readonly DirectoryInfo _directory = Directory.CreateDirectory(System.IO.Path.Combine(
        Directory.Exists(MemoryFileSystem) ? MemoryFileSystem : System.IO.Path.GetTempPath(),
        $"backupengine-bench-{Guid.NewGuid():N}"));

    public string Path => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
