using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>What stands behind an open file, as far as sysfs tells.</summary>
/// <param name="Disks">Names of the disks; empty where there are none, or they are not known.</param>
/// <param name="IsRotational">Whether one of them turns; null where nothing tells.</param>
/// <param name="Words">What was found, in words.</param>
internal sealed record DiskNature(IReadOnlyList<string> Disks, bool? IsRotational, string Words)
{
    private static readonly string[] MemoryDisks = ["zram", "ram", "pmem"];

    /// <summary>What is no file of this host.</summary>
    public static DiskNature NotAFile { get; } = new([], null, "its disk is not known");

    /// <summary>Whether memory is all there is behind it: transfers end within the call that begins them.</summary>
    public bool IsMemory => Disks.Count > 0 && Disks.All(disk =>
        MemoryDisks.Any(name => disk.StartsWith(name, StringComparison.Ordinal) && char.IsDigit(disk[name.Length])));

    /// <summary>Looks it up.</summary>
    public static DiskNature Of(SafeFileHandle handle)
    {
        try
        {
            var stat = DeviceFile.Stat(handle, "the open device");
            var number = DeviceFile.Kind(stat) == FileKind.BlockDevice
                ? new DeviceNumber(stat.SpecialMajor, stat.SpecialMinor)
                : new DeviceNumber(stat.DeviceMajor, stat.DeviceMinor);
            return Of(number, new SysBlock());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DeviceException)
        {
            return new DiskNature([], null, $"sysfs does not tell what its disk is: {e.Message}");
        }
    }

    /// <summary>Looks it up by the number of a block device.</summary>
    internal static DiskNature Of(DeviceNumber number, SysBlock sys)
    {
        var disks = sys.DisksBelow(number);
        var names = string.Join(", ", disks);
        if (disks.Count == 0)
        {
            return new DiskNature(
                disks, null, $"no disk stands behind device {number}: a file system in memory or on another host");
        }

        var turning = disks.Where(disk => sys.IsRotational(disk) && !sys.IsParavirtual(disk)).ToArray();
        if (turning.Length > 0)
        {
            return new DiskNature(disks, true, $"on {names}: {string.Join(", ", turning)} is rotational");
        }

        return disks.Any(sys.IsParavirtual)
            ? new DiskNature(disks, null, $"on {names}: a virtual disk does not tell what it is")
            : new DiskNature(disks, false, $"on {names}: not rotational");
    }
}
