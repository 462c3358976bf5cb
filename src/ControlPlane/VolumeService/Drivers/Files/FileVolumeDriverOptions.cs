using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files;

/// <summary>How the <c>file</c> driver works.</summary>
public sealed record FileVolumeDriverOptions
{
    /// <summary>The directory that it owns.</summary>
    public required string Directory { get; init; }

    /// <summary>What an export is.</summary>
    public ExportMode Exports { get; init; } = ExportMode.Automatic;

    /// <summary>
    /// Name of this host, by which a connector is told from that of another host; null: every connector is here.
    /// </summary>
    public string? Host { get; init; }

    /// <summary>How devices are exported to other hosts; null: they are not.</summary>
    public NbdExportOptions? Nbd { get; init; }

    /// <summary>
    /// Whether clones may share blocks, where the file system can; false: contents are always copied.
    /// </summary>
    public bool AllowReflinks { get; init; } = true;

    /// <summary>
    /// How long a device that something still holds open is waited for before its export is said to be busy.
    /// </summary>
    public TimeSpan UnmapPatience { get; init; } = TimeSpan.FromSeconds(10);
}
