namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Command to the volume service of the volume's host. May arrive more than once.</summary>
public sealed record ExtendVolume
{
    /// <summary>The volume, in status <c>extending</c>; the record says to which size.</summary>
    public required Guid VolumeId { get; init; }
}
