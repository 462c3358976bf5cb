namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>A mounted file system, unmounted at the end.</summary>
internal sealed class MountPoint : IDisposable
{
    public MountPoint(string folder, params string[] mountArguments)
    {
        Path = folder;
        Directory.CreateDirectory(folder);
        Shell.Run("mount", [.. mountArguments, folder]);
    }

    public string Path { get; }

    public void Dispose() => Shell.Run("umount", Path);
}
