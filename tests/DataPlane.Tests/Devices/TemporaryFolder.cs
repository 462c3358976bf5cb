namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>A folder of its own for a test, removed with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public const string MemoryFileSystem = "/dev/shm";

    public TemporaryFolder(string? parent = null)
    {
        var name = "dataplane-test-" + Guid.NewGuid().ToString("N")[..12];
        Path = System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), name);
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file of a length, with this content at its start.</summary>
    public string CreateFile(string name, long lengthBytes, ReadOnlySpan<byte> content = default)
    {
        using var file = new FileStream(File(name), FileMode.CreateNew);
        file.Write(content);
        file.SetLength(lengthBytes);
        return file.Name;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
