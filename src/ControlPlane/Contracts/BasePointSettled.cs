namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer: done, or had been done before.</summary>
public sealed record BasePointSettled
{
    /// <summary>The backup.</summary>
    public required Guid BackupId { get; init; }
}
