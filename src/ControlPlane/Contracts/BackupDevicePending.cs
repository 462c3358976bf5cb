namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer (step 8): a temporary object is still being made; ask again.</summary>
public sealed record BackupDevicePending
{
    /// <summary>What is being made, for the log.</summary>
    public required string Activity { get; init; }
}
