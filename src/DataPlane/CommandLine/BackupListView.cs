namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of `list`.</summary>
/// <param name="Backups">All backups, oldest first.</param>
internal sealed record BackupListView(IReadOnlyList<BackupView> Backups);
