namespace BackupEngine.DataPlane.Devices;

/// <summary>What a device is opened for.</summary>
public enum DeviceAccess
{
    /// <summary>Reading only: the source of a backup.</summary>
    Read,

    /// <summary>Reading and writing, exclusively: the target of a restore.</summary>
    ReadWrite,
}
