using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Devices.Linux;

namespace BackupEngine.DataPlane.Transfers.Depth;

/// <summary>How deep a device is read, and how that was decided.</summary>
/// <param name="Depth">Transfers at once in each lane.</param>
/// <param name="OneStream">Whether the lanes read one after the other: a head that moves between them loses more than
/// they gain.</param>
/// <param name="Reason">In words, for the log.</param>
internal sealed record DepthChoice(ITransferDepth Depth, bool OneStream, string Reason)
{
    private const int RotationalDepth = 2;
    private const int MostInAllLanes = 256;

    /// <summary>Decides: what was asked for, else what the device is, else what will be found out.</summary>
    public static DepthChoice For(TuningOptions tuning, IIoEngine engine, IBlockDevice device, TimeProvider time)
    {
        if (tuning.QueueDepth > 0)
        {
            return new DepthChoice(new FixedDepth(tuning.QueueDepth), OneStream: false, "as asked for");
        }

        var disk = device is IFileDevice file ? DiskNature.Of(file.Main) : DiskNature.NotAFile;
        if (disk.IsRotational == true)
        {
            return new DepthChoice(new FixedDepth(RotationalDepth), OneStream: true, disk.Words);
        }

        var maximum = Math.Clamp(MostInAllLanes / tuning.Lanes, RotationalDepth, engine.MaximumDepth);
        return new DepthChoice(new AdaptiveDepth(maximum, tuning.Lanes, time), OneStream: false, disk.Words);
    }
}
