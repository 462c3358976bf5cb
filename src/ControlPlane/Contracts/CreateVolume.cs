namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Command to the volume service of the volume's host. May arrive more than once.</summary>
public sealed record CreateVolume
{
    /// <summary>The volume, in status <c>creating</c>.</summary>
    public required Guid VolumeId { get; init; }
}
