namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>What an export of a raw file is.</summary>
public enum ExportMode
{
    /// <summary>A loop device where this process may make one, else the file.</summary>
    Automatic = 0,

    /// <summary>A loop device.</summary>
    LoopDevice = 1,

    /// <summary>The file itself: needs no privilege, and cannot keep a reader from writing.</summary>
    PlainFile = 2,

    /// <summary>A server of network block devices, for another host. Follows from who attaches.</summary>
    NbdServer = 3,
}
