namespace BackupEngine.ControlPlane.VolumeService.Drivers;

/// <summary>The kept contents of a volume as one backup read them.</summary>
/// <param name="VolumeId">The volume.</param>
/// <param name="BackupId">The backup.</param>
public sealed record BasePoint(Guid VolumeId, Guid BackupId);
