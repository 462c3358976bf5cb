namespace BackupEngine.ControlPlane.Contracts;

/// <summary>
/// Request (step 9; Cinder: initialize_connection): export and map a device. Idempotent by attachment id.
/// </summary>
/// <remarks>Answers: <see cref="DeviceExposed"/>, <see cref="VolumeRequestRefused"/>.</remarks>
public sealed record ExposeDevice
{
    /// <summary>Identity of the export, chosen by the asker.</summary>
    public required Guid AttachmentId { get; init; }

    /// <summary>What to export.</summary>
    public required DeviceReference Device { get; init; }

    /// <summary>What the export allows.</summary>
    public required DeviceAccess Access { get; init; }

    /// <summary>
    /// The backup or restore that the export is for; null for a user's own connection (os-initialize_connection). An
    /// export of a backup is removed when its backup has ended; a user's connection stays until the user ends it.
    /// </summary>
    public Guid? BackupId { get; init; }

    /// <summary>Who will attach.</summary>
    public required Connector Connector { get; init; }
}
