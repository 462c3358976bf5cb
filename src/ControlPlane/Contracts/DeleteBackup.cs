namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Command to the backup services' shared queue: remove this backup. May arrive more than once.</summary>
public sealed record DeleteBackup
{
    /// <summary>The record, in status <c>deleting</c>.</summary>
    public required Guid BackupId { get; init; }
}
