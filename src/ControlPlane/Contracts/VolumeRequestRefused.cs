namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer to any request to a volume service: it cannot be done. Nothing was changed.</summary>
public sealed record VolumeRequestRefused
{
    /// <summary>Why, for the record's <c>fail_reason</c>.</summary>
    public required string Reason { get; init; }
}
