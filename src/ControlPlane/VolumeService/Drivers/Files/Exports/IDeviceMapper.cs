using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>Makes a raw file reachable as a device.</summary>
internal interface IDeviceMapper
{
    /// <summary>Adds to a new record what the export needs and no other may have.</summary>
    ExportRecord Prepare(ExportRecord export, IReadOnlyList<ExportRecord> others) => export;

    /// <summary>
    /// Maps a file for an export, or finds the device that was mapped for it before; answers with how it is reached.
    /// </summary>
    DeviceConnectionInfo Map(ExportRecord export, string file);

    /// <summary>Begins to unmap; afterwards <see cref="FindBusy"/> tells when it is done.</summary>
    void Unmap(ExportRecord export, string file);

    /// <summary>
    /// A device of the export that is not free yet because something holds it open; null when there is none.
    /// </summary>
    string? FindBusy(ExportRecord export, string file);

    /// <summary>Writes back what has been written to the device of an export and has not reached the file.</summary>
    void Flush(ExportRecord export, string file);

    /// <summary>
    /// Of all exports, starts again what serves one of its own and has died by itself; and ends what serves a file of
    /// the volume directory for an export that has no record. Answers with what failed, in words.
    /// </summary>
    IReadOnlyList<string> Mend(IReadOnlyList<ExportRecord> exports, DriverLayout layout) => [];
}
