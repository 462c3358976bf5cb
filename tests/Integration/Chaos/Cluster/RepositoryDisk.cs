using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Chaos.Cluster;

/// <summary>A small ext4 of its own for the repository, which can be filled up and given room again.</summary>
internal sealed class RepositoryDisk : IDisposable
{
    private const long SizeBytes = 3L << 30;
    private const int PieceBytes = 4096;

    private readonly string _folder = Directory.CreateTempSubdirectory("be-chaos-disk-").FullName;

    public RepositoryDisk()
    {
        using (var file = File.Create(Image))
            file.SetLength(SizeBytes);
        Command.Run("mkfs.ext4", "-q", "-m", "0", Image);
        Directory.CreateDirectory(Mount);
        Command.Run("mount", "-o", "loop", Image, Mount);
    }

    public string Repository => Path.Combine(Mount, "repository");

    private string Image => Path.Combine(_folder, "image");

    private string Mount => Path.Combine(_folder, "mount");

    private string Ballast => Path.Combine(Mount, "ballast");

    /// <summary>Takes all the room that there is.</summary>
    public void Fill()
    {
        var free = new DriveInfo(Mount).AvailableFreeSpace;
        Command.Run("fallocate", "--length", $"{free / PieceBytes * PieceBytes - (1 << 20)}", Ballast);
        using var rest = File.OpenHandle(Ballast + ".rest", FileMode.Create, FileAccess.Write);
        var piece = new byte[PieceBytes];
        try
        {
            for (var offset = 0L; ; offset += PieceBytes)
            {
                RandomAccess.Write(rest, piece, offset);
                RandomAccess.FlushToDisk(rest);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void GiveRoom()
    {
        File.Delete(Ballast);
        File.Delete(Ballast + ".rest");
    }

    public void Dispose()
    {
        Command.Run("umount", Mount);
        Directory.Delete(_folder, recursive: true);
    }
}
