namespace BackupEngine.ControlPlane.Contracts;

/// <summary>
/// Request (step 14; Cinder: terminate_connection): unmap the device and remove its export. Idempotent.
/// </summary>
/// <remarks>Answers: <see cref="DeviceDisconnected"/>, <see cref="VolumeRequestRefused"/>.</remarks>
public sealed record DisconnectDevice
{
    /// <summary>Identity of the export.</summary>
    public required Guid AttachmentId { get; init; }

    /// <summary>What was exported.</summary>
    public required DeviceReference Device { get; init; }
}
