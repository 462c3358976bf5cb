namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Request (step 16): remove the temporary volume or snapshot of a backup. Idempotent.</summary>
/// <remarks>Answers: <see cref="TemporaryObjectRemoved"/>, <see cref="VolumeRequestRefused"/>.</remarks>
public sealed record RemoveTemporaryObject
{
    /// <summary>The backup that it was made for.</summary>
    public required Guid BackupId { get; init; }

    /// <summary>The temporary object.</summary>
    public required DeviceReference Device { get; init; }
}
