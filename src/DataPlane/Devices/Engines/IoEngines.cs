namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>Chooses the engine of a job.</summary>
internal static class IoEngines
{
    /// <summary>Opens the engine that is asked for.</summary>
    /// <exception cref="DeviceException">Asked for by name, and not to be had; nothing was transferred.</exception>
    public static IIoEngine Open(IoEngineChoice choice, IBlockDevice device) => choice == IoEngineChoice.IoUring
        ? throw new DeviceException(
            DeviceErrorKind.NotUsable, $"{device.Name}: io_uring is not to be had; use --io-engine threads or auto.")
        : new ThreadsEngine(device);
}
