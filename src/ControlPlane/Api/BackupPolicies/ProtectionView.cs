namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>Whether a backup is kept, and by whom it was made.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="Protected">Whether neither a delete nor a policy removes it.</param>
/// <param name="PolicyId">The policy that made it, and whose retention looks at it; null: a user did.</param>
internal sealed record ProtectionView(Guid BackupId, bool Protected, Guid? PolicyId);
