namespace BackupEngine.ControlPlane.Contracts;

/// <summary>
/// Command to the backup services' shared queue (step 4): make the backup of this record. May arrive more than once.
/// </summary>
public sealed record CreateBackup
{
    /// <summary>The record, in status <c>creating</c>.</summary>
    public required Guid BackupId { get; init; }
}
