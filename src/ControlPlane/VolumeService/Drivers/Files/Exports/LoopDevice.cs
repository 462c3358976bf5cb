using System.Globalization;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>One loop device, as sysfs shows it.</summary>
/// <param name="Number">Its number.</param>
internal sealed record LoopDevice(int Number)
{
    private const string Deleted = " (deleted)";

    public string Path => $"/dev/loop{Number}";

    /// <summary>Name of the file that it is bound to, without its directory; null when it is bound to none.</summary>
    public string? BackingFileName => System.IO.Path.GetFileName(BackingFile);

    /// <summary>Path of the file that it is bound to; null when it is bound to none.</summary>
    public string? BackingFile
    {
        get
        {
            var path = Read("loop/backing_file");
            if (path is not null && path.EndsWith(Deleted, StringComparison.Ordinal))
                path = path[..^Deleted.Length];
            return path;
        }
    }

    /// <summary>Whether it reads and writes its file past the page cache.</summary>
    public bool IsDirect => Read("loop/dio") == "1";

    /// <summary>Whether it is freed as soon as nothing holds it open.</summary>
    public bool IsBeingFreed => Read("loop/autoclear") == "1";

    /// <summary>Size in bytes, as the block layer has it.</summary>
    public long SizeBytes =>
        long.TryParse(Read("size"), CultureInfo.InvariantCulture, out var sectors) ? sectors * 512 : 0;

    /// <summary>The number under which the kernel knows it, for mknod(2).</summary>
    public ulong DeviceNumber()
    {
        var parts = Read("dev")?.Split(':') ?? [];
        if (parts.Length != 2)
            throw new VolumeDriverException($"sysfs tells no device number of {Path}: it cannot be made.");
        var major = ulong.Parse(parts[0], CultureInfo.InvariantCulture);
        var minor = ulong.Parse(parts[1], CultureInfo.InvariantCulture);
        return (major << 8) | (minor & 0xff) | ((minor & ~0xffUL) << 12);
    }

    private string? Read(string attribute)
    {
        try
        {
            return File.ReadAllText($"/sys/block/loop{Number}/{attribute}").TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Attributes of a device that is not bound are absent, or vanish while they are read.
            return null;
        }
    }
}
