namespace BackupEngine.ControlPlane.Contracts;

/// <summary>
/// Request (step 7): the device to read for this backup. Asked twice, it is answered with the same temporary object.
/// </summary>
/// <remarks>
/// Answers: <see cref="BackupDevice"/>, <see cref="BackupDevicePending"/>, <see cref="VolumeRequestRefused"/>.
/// </remarks>
public sealed record GetBackupDevice
{
    /// <summary>The backup.</summary>
    public required Guid BackupId { get; init; }
}
