namespace BackupEngine.ControlPlane.Contracts;

/// <summary>What a device is made from.</summary>
public enum DeviceKind
{
    /// <summary>The volume itself.</summary>
    Volume = 0,

    /// <summary>A snapshot that the user owns.</summary>
    Snapshot = 1,

    /// <summary>A clone made for one backup and removed after it.</summary>
    TemporaryVolume = 2,

    /// <summary>A snapshot made for one backup and removed after it.</summary>
    TemporarySnapshot = 3,
}
