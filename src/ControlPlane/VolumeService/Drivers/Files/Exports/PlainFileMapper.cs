namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>Exports the file itself.</summary>
internal sealed class PlainFileMapper : IDeviceMapper
{
    public string Map(ExportRecord export, string file) => file;

    public void Unmap(ExportRecord export, string file)
    {
    }

    public string? FindBusy(ExportRecord export, string file) => null;

    public void Flush(ExportRecord export, string file)
    {
    }
}
