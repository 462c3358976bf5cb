namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>Number of a device, as sysfs writes it.</summary>
/// <param name="Major">Of its driver.</param>
/// <param name="Minor">Of the device.</param>
internal readonly record struct DeviceNumber(uint Major, uint Minor)
{
    /// <summary>As in the names below /sys/dev/block.</summary>
    public override string ToString() => $"{Major}:{Minor}";
}
