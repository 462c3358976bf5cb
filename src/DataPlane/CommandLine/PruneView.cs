namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of `prune`.</summary>
/// <param name="DryRun">Whether nothing was changed.</param>
/// <param name="Kept">Backups that stay, oldest first.</param>
/// <param name="Removed">Backups that are gone, or would be.</param>
internal sealed record PruneView(bool DryRun, IReadOnlyList<PrunedBackup> Kept, IReadOnlyList<PrunedBackup> Removed);
