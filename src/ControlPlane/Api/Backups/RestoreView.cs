namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>The answer to a restore that has been taken on.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="VolumeId">The volume that it is written to.</param>
/// <param name="VolumeName">Its name; empty where it has none, for clients that demand a string.</param>
internal sealed record RestoreView(Guid BackupId, Guid VolumeId, string VolumeName);
