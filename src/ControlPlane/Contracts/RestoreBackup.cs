namespace BackupEngine.ControlPlane.Contracts;

/// <summary>
/// Command to the backup services' shared queue: write this backup to this volume. May arrive more than once.
/// </summary>
public sealed record RestoreBackup
{
    /// <summary>The record, in status <c>restoring</c>.</summary>
    public required Guid BackupId { get; init; }

    /// <summary>
    /// The volume, in status <c>restoring-backup</c>, or <c>creating</c> when it was made for this restore.
    /// </summary>
    public required Guid VolumeId { get; init; }
}
