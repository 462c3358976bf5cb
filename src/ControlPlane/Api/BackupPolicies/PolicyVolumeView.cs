namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>A volume that a policy holds for, and the last that was done for it.</summary>
/// <param name="VolumeId">The volume.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status.</param>
/// <param name="Size">Its size in GiB.</param>
/// <param name="LastRun">The newest run of the policy for it; null: there was none yet.</param>
internal sealed record PolicyVolumeView(Guid VolumeId, string? Name, string Status, int Size, RunView? LastRun);
