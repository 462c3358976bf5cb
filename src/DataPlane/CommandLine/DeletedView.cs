namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of `delete`.</summary>
/// <param name="BackupId">The backup that is gone.</param>
internal sealed record DeletedView(string BackupId);
