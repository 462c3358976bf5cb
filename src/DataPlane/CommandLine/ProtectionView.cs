namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of `protect` and `unprotect`.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="Hold"><c>protected</c> or <c>free</c>: what holds for it now.</param>
internal sealed record ProtectionView(string BackupId, string Hold);
