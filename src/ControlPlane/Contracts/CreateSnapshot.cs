namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Command to the volume service of the volume's host. May arrive more than once.</summary>
public sealed record CreateSnapshot
{
    /// <summary>The snapshot, in status <c>creating</c>.</summary>
    public required Guid SnapshotId { get; init; }
}
