namespace BackupEngine.DataPlane.Devices;

/// <summary>A device that can tell, before it is read, what of it need not be read.</summary>
public interface ISurveyedDevice : IBlockDevice
{
    /// <summary>
    /// Asks the device. From then on it answers reads of what it said to be zeros by itself. Blocks the caller.
    /// </summary>
    /// <exception cref="DeviceException">It cannot be asked.</exception>
    SourceSurvey Survey(CancellationToken cancellationToken);
}
