namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>Makes a raw file reachable as a device.</summary>
internal interface IDeviceMapper
{
    /// <summary>
    /// Maps a file for an export, or finds the device that was mapped for it before; answers with its path.
    /// </summary>
    string Map(ExportRecord export, string file);

    /// <summary>Begins to unmap; afterwards <see cref="FindBusy"/> tells when it is done.</summary>
    void Unmap(ExportRecord export, string file);

    /// <summary>
    /// A device of the export that is not free yet because something holds it open; null when there is none.
    /// </summary>
    string? FindBusy(ExportRecord export, string file);

    /// <summary>Writes back what has been written to the device of an export and has not reached the file.</summary>
    void Flush(ExportRecord export, string file);
}
