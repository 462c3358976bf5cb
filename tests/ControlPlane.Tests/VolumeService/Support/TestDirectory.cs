namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>A directory that is removed after the test.</summary>
public sealed class TestDirectory(string path) : IDisposable
{
    public string Path { get; } = path;

    public static TestDirectory InTemp() => new(Directory.CreateTempSubdirectory("backup-engine-volumes-").FullName);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
