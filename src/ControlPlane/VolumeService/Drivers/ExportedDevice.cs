using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers;

/// <summary>An export as its driver made it.</summary>
/// <param name="Connection">How to reach it.</param>
/// <param name="SizeBytes">Size of the device in bytes.</param>
public sealed record ExportedDevice(DeviceConnectionInfo Connection, long SizeBytes);
