namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Request: what becomes of the base point that <see cref="GetBackupDevice"/> made for this backup.</summary>
/// <remarks>Answers: <see cref="BasePointSettled"/>, <see cref="VolumeRequestRefused"/>.</remarks>
public sealed record SettleBasePoint
{
    /// <summary>The backup.</summary>
    public required Guid BackupId { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>
    /// True: the backup is available; its base point is kept and earlier ones of the volume go. False: it goes.
    /// </summary>
    public required bool Keep { get; init; }
}
