using BackupEngine.Integration.Support;

[assembly: AssemblyFixture(typeof(VolumeFileSystem))]

namespace BackupEngine.Integration.Support;

/// <summary>
/// A real XFS for the volumes of all tests, mounted when the first one asks for it. Skips the test where it cannot be.
/// </summary>
public sealed class VolumeFileSystem : IDisposable
{
    private readonly Lazy<(string Folder, string Mount)> _made = new(Make);

    public string NewDirectory()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root: it mounts a file system and makes loop devices");
        Assert.SkipUnless(Command.Exists("mkfs.xfs"), "needs mkfs.xfs");
        Assert.SkipUnless(File.Exists("/dev/loop-control"), "needs loop devices");
        return Directory.CreateDirectory(Path.Combine(_made.Value.Mount, Guid.NewGuid().ToString("N"))).FullName;
    }

    public void Dispose()
    {
        if (!_made.IsValueCreated)
            return;
        Command.Run("umount", _made.Value.Mount);
        Directory.Delete(_made.Value.Folder, recursive: true);
    }

    private static (string Folder, string Mount) Make()
    {
        var folder = Directory.CreateTempSubdirectory("backup-engine-xfs-").FullName;
        var image = Path.Combine(folder, "image");
        using (var file = File.Create(image))
            file.SetLength(64L << 30);
        Command.Run("mkfs.xfs", "-q", "-m", "reflink=1", image);
        var mount = Directory.CreateDirectory(Path.Combine(folder, "mount")).FullName;
        Command.Run("mount", "-o", "loop", image, mount);
        return (folder, mount);
    }
}
