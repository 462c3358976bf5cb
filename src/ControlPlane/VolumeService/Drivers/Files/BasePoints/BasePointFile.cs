using BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;

/// <summary>The clone of one backup, held open: even if it is removed meanwhile, its blocks stay its own.</summary>
internal sealed class BasePointFile(SafeFileHandle handle, string path, BaseToken token) : IDisposable
{
    /// <summary>The token that this very file has.</summary>
    public BaseToken Token { get; } = token;

    /// <summary>Its extent map, up to a length.</summary>
    public IEnumerable<FileExtent> ReadMap(long lengthBytes) => ExtentMap.Read(handle, path, lengthBytes);

    public void Dispose() => handle.Dispose();
}
