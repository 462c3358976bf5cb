using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>Exports the file itself.</summary>
internal sealed class PlainFileMapper : IDeviceMapper
{
    public DeviceConnectionInfo Map(ExportRecord export, string file) => new() { Type = "local", Path = file };

    public void Unmap(ExportRecord export, string file)
    {
    }

    public string? FindBusy(ExportRecord export, string file) => null;

    public void Flush(ExportRecord export, string file)
    {
    }
}
