using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;

/// <summary>
/// The clones that keep what backups read. Nothing ever writes to one, and as long as it exists its blocks are given to
/// no other file: that is what makes the comparison of extent maps safe.
/// </summary>
internal sealed class BasePointStore(DriverLayout layout, ContentCopier copier)
{
    private const long MinGranularityBytes = 4096;

    /// <summary>Keeps the present contents of a file, unless that was done before; answers with the token.</summary>
    public string Create(string source, Guid volumeId, Guid backupId, CancellationToken cancellationToken)
    {
        var path = layout.OfBasePoint(volumeId, backupId);
        if (!File.Exists(path))
        {
            DurableFile.MakeDirectory(layout.OfBasePoints(volumeId));
            copier.Copy(source, path, new FileInfo(source).Length, UnixFileMode.UserRead, cancellationToken);
        }

        using var clone = LinuxFile.OpenForReading(path);
        return TokenOf(clone, path, volumeId, backupId).ToString();
    }

    public void Drop(Guid volumeId, Guid backupId)
    {
        var path = layout.OfBasePoint(volumeId, backupId);
        if (File.Exists(path))
            DurableFile.Remove(path);
    }

    public void DropAll(Guid volumeId) => DurableFile.RemoveDirectory(layout.OfBasePoints(volumeId));

    /// <summary>Opens the clone of a backup; null when there is none.</summary>
    public BasePointFile? TryOpen(Guid volumeId, Guid backupId)
    {
        var path = layout.OfBasePoint(volumeId, backupId);
        if (!File.Exists(path))
            return null;
        var clone = LinuxFile.OpenForReading(path);
        try
        {
            LinuxFile.Flush(clone, path);
            return new BasePointFile(clone, path, TokenOf(clone, path, volumeId, backupId));
        }
        catch
        {
            clone.Dispose();
            throw;
        }
    }

    private static BaseToken TokenOf(SafeFileHandle clone, string path, Guid volumeId, Guid backupId)
    {
        var status = LinuxFile.Status(clone, path);
        return new BaseToken
        {
            Type = BaseToken.Reflink,
            VolumeId = volumeId,
            BackupId = backupId,
            SizeBytes = status.SizeBytes,
            GranularityBytes = Math.Max(MinGranularityBytes, LinuxFile.FileSystemStatus(clone, path).BlockSizeBytes),
            FileSystemId = FileIdentity.FileSystemOf(clone, path),
            Inode = status.Inode,
            Generation = FileIdentity.GenerationOf(clone, path),
            Born = $"{status.BirthSeconds}.{status.BirthNanoseconds:D9}",
            Written = $"{status.ModifySeconds}.{status.ModifyNanoseconds:D9}",
        };
    }
}
