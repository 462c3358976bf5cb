namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>Which I/O engine is asked for.</summary>
public enum IoEngineChoice
{
    /// <summary>The one that is measured to be the better for the device and that this host allows.</summary>
    Auto,

    /// <summary>Threads that block in pread and pwrite.</summary>
    Threads,

    /// <summary>io_uring, or an error where that is not to be had.</summary>
    IoUring,
}
