namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>A real file system in an image file, mounted through a loop device until it is disposed.</summary>
public sealed class LoopFileSystem : IDisposable
{
    private const long ImageBytes = 2L << 30;

    private readonly string _folder = Directory.CreateTempSubdirectory("backup-engine-fs-").FullName;

    private LoopFileSystem(string kind, string mountOptions)
    {
        var image = Path.Combine(_folder, "image");
        using (var file = File.Create(image))
            file.SetLength(ImageBytes);
        Command.Run($"mkfs.{kind}", "-q", image);
        Root = Directory.CreateDirectory(Path.Combine(_folder, "mount")).FullName;
        Command.Run("mount", "-o", mountOptions, image, Root);
    }

    /// <summary>Where it is mounted.</summary>
    public string Root { get; }

    public static LoopFileSystem Mount(string kind, string mountOptions = "loop") => new(kind, mountOptions);

    /// <summary>Why this machine cannot do it; null when it can.</summary>
    public static string? WhyNot(string kind) =>
        Environment.UserName != "root" ? "needs root: it mounts a file system"
        : !Command.Exists($"mkfs.{kind}") ? $"needs mkfs.{kind}"
        : !File.Exists("/dev/loop-control") ? "needs loop devices"
        : null;

    public TestDirectory NewDirectory() =>
        new(Directory.CreateDirectory(Path.Combine(Root, Guid.NewGuid().ToString())).FullName);

    public void Dispose()
    {
        Command.Run("umount", Root);
        Directory.Delete(_folder, recursive: true);
    }
}
