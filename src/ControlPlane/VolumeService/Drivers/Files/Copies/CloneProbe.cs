using BackupEngine.ControlPlane.VolumeService.Linux;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;

/// <summary>Finds out what a directory's file system can do, by making one small clone in it.</summary>
internal static class CloneProbe
{
    private const int ProbeBytes = 64 * 1024;

    public static CloneSupport Try(string directory, bool allowReflinks)
    {
        var name = FileSystemOf(directory);
        if (!allowReflinks)
            return new CloneSupport(name, false, false, "reflinks are switched off by configuration");
        if (TryClone(directory) is { } failure)
            return new CloneSupport(name, false, false, $"a trial clone failed: {failure}");
        return name is "XFS" or "btrfs"
            ? new CloneSupport(name, true, true, "")
            : new CloneSupport(
                name, true, false, $"comparing extent maps is proven for XFS and btrfs only, not for {name}");
    }

    private static string? TryClone(string directory)
    {
        var source = Path.Combine(directory, "probe-source" + DriverLayout.PartialSuffix);
        var target = Path.Combine(directory, "probe-target" + DriverLayout.PartialSuffix);
        try
        {
            File.WriteAllBytes(source, new byte[ProbeBytes]);
            File.Delete(target);
            using var from = LinuxFile.OpenForReading(source);
            using var to = LinuxFile.CreateNew(target);
            return Reflink.TryClone(from, to) ? null : Reflink.LastFailure();
        }
        finally
        {
            File.Delete(source);
            File.Delete(target);
        }
    }

    private static string FileSystemOf(string directory)
    {
        using var handle = LinuxFile.OpenForReading(directory);
        var type = LinuxFile.FileSystemStatus(handle, directory).Type;
        return type switch
        {
            StatfsBuffer.Xfs => "XFS",
            StatfsBuffer.Btrfs => "btrfs",
            0xef53 => "ext4",
            0x01021994 => "tmpfs",
            _ => $"file system of type 0x{type:x}",
        };
    }
}
