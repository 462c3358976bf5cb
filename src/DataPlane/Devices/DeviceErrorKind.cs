namespace BackupEngine.DataPlane.Devices;

/// <summary>What is wrong with a device, as far as its caller must tell the cases apart.</summary>
public enum DeviceErrorKind
{
    /// <summary>Nothing is at that path, or nothing stands behind the device node.</summary>
    NotFound,

    /// <summary>
    /// Something is there that cannot be used as asked: a directory, length 0, read-only, mounted, no permission.
    /// </summary>
    NotUsable,

    /// <summary>Reading, writing or flushing failed, or the device became shorter while it was open.</summary>
    Io,

    /// <summary>The device is smaller than what is to be written to it.</summary>
    TooSmall,
}
