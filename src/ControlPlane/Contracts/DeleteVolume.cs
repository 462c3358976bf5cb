namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Command to the volume service of the volume's host. May arrive more than once.</summary>
public sealed record DeleteVolume
{
    /// <summary>The volume, in status <c>deleting</c>.</summary>
    public required Guid VolumeId { get; init; }
}
