namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>
/// Block devices in sysfs (Documentation/ABI/stable/sysfs-block of the kernel): from a device through partitions, loop
/// devices and what is stacked (dm, md: slaves) to the disks below.
/// </summary>
/// <param name="root">Where sysfs is mounted.</param>
internal sealed class SysBlock(string root = "/sys")
{
    private const int DeepestStack = 8;

    /// <summary>Names of the disks below a device; empty where there are none.</summary>
    public IReadOnlyList<string> DisksBelow(DeviceNumber number)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        if (Resolve(Path.Combine(root, "dev/block", number.ToString())) is { } folder)
        {
            Collect(folder, found, depth: 0);
        }

        return [.. found];
    }

    /// <summary>What the queue of a disk says.</summary>
    public bool IsRotational(string disk) => Read(DiskFile(disk, "queue/rotational")) == "1";

    /// <summary>
    /// A disk of a virtual machine: its driver says rotational whatever the host has.
    /// </summary>
    public bool IsParavirtual(string disk) =>
        Resolve(DiskFile(disk, "device/driver")) is { } driver && Path.GetFileName(driver) is "virtio_blk" or "vbd";

    private static string? Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : null;

    private static string? Resolve(string link)
    {
        if (!Directory.Exists(link))
        {
            return null;
        }

        return new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link;
    }

    private string DiskFile(string disk, string name) => Path.Combine(root, "block", disk, name);

    private void Collect(string folder, SortedSet<string> found, int depth)
    {
        if (depth > DeepestStack)
        {
            return;
        }

        if (File.Exists(Path.Combine(folder, "partition")))
        {
            Collect(Path.GetDirectoryName(folder)!, found, depth + 1);
            return;
        }

        var below = Below(folder);
        below.ForEach(next => Collect(next, found, depth + 1));
        if (below.Count == 0)
        {
            found.Add(Path.GetFileName(folder));
        }
    }

    private List<string> Below(string folder)
    {
        var slaves = Path.Combine(folder, "slaves");
        if (Directory.Exists(slaves) && Directory.GetFileSystemEntries(slaves) is { Length: > 0 } entries)
        {
            return [.. entries.Select(Resolve).OfType<string>()];
        }

        return Read(Path.Combine(folder, "loop/backing_file")) is { Length: > 0 } file && File.Exists(file)
            && Resolve(Path.Combine(root, "dev/block", DeviceFile.NumberOfDiskWith(file).ToString())) is { } disk
                ? [disk]
                : [];
    }
}
