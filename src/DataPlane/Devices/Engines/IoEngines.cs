using BackupEngine.DataPlane.Devices.Engines.Uring;
using BackupEngine.DataPlane.Devices.Linux;

namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>
/// Chooses the engine of a job. Measured (docs/tuning.md): with several reads in flight io_uring needs a fifth to a
/// half of the threads' CPU time on a disk or a loop device. It gains nothing with one transfer at a time, nor where
/// transfers end within the system call that begins them: memory as a disk, the page cache.
/// </summary>
internal static class IoEngines
{
    /// <summary>Opens the engine that is asked for.</summary>
    /// <param name="choice">What is asked for.</param>
    /// <param name="device">The device; stays its owner's, and open as long as the engine.</param>
    /// <param name="several">Whether a thread of the job has several transfers in flight.</param>
    /// <param name="logger">Told what is done otherwise.</param>
    /// <param name="options">How io_uring is used; the defaults when null.</param>
    /// <exception cref="DeviceException">Asked for by name, and not to be had; nothing was transferred.</exception>
    public static IIoEngine Open(
        IoEngineChoice choice, IBlockDevice device, bool several, ILogger logger, IoUringOptions? options = null) =>
        choice switch
        {
            IoEngineChoice.IoUring => OpenUring(device, options ?? new IoUringOptions()),
            IoEngineChoice.Auto when several && device is IEngineDevice own => own.OpenEngine(),
            IoEngineChoice.Auto when several && device is IFileDevice file && GainsFromUring(file) =>
                OpenBest(file, logger, options ?? new IoUringOptions()),
            _ => new ThreadsEngine(device),
        };

    /// <summary>io_uring, or threads where it is not to be had, which is said.</summary>
    internal static IIoEngine OpenBest(IFileDevice device, ILogger logger, IoUringOptions options)
    {
        if (UringSupport.Refusal(options.Kernel) is not { } refusal)
        {
            return new IoUringEngine(device, options with { MayFallBack = true });
        }

        logger.LogWarning("{Device} is read and written by threads: {Refusal}", device.Name, refusal);
        return new ThreadsEngine(device, $"{device.Name} is read and written by threads: {refusal}");
    }

    private static bool GainsFromUring(IFileDevice device) =>
        device.DirectIo && DiskNature.Of(device.Main) is { Disks.Count: > 0, IsMemory: false };

    private static IoUringEngine OpenUring(IBlockDevice device, IoUringOptions options)
    {
        var refusal = device is IFileDevice ? UringSupport.Refusal(options.Kernel) : "it is not a file of this host";
        return refusal is null
            ? new IoUringEngine((IFileDevice)device, options)
            : throw new DeviceException(
                DeviceErrorKind.NotUsable,
                $"{device.Name}: io_uring was asked for and is not to be had: {refusal}. Use --io-engine threads or "
                + "auto.");
    }
}
