namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer (step 15): nothing of the export is left.</summary>
public sealed record DeviceDisconnected
{
    /// <summary>Identity of the export.</summary>
    public required Guid AttachmentId { get; init; }
}
