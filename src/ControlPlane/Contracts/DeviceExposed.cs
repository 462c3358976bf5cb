namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer (step 10): the device is exported.</summary>
public sealed record DeviceExposed
{
    /// <summary>Identity of the export.</summary>
    public required Guid AttachmentId { get; init; }

    /// <summary>How to reach it.</summary>
    public required DeviceConnectionInfo Connection { get; init; }

    /// <summary>Size of the device in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>
    /// Whether a volume that was never written reads as zeros everywhere (a new volume of the driver).
    /// </summary>
    public required bool ReadsAsZero { get; init; }
}
