namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer (step 17): it is gone.</summary>
public sealed record TemporaryObjectRemoved
{
    /// <summary>The temporary object.</summary>
    public required Guid ObjectId { get; init; }
}
