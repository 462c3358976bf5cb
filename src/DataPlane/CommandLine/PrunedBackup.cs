namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of one backup that `prune` looked at.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="VolumeId">Its volume.</param>
/// <param name="CreatedAt">When it began, UTC.</param>
/// <param name="Reasons">The rules that keep it, as <c>daily 3</c>: the third newest of those; empty where it
/// goes.</param>
internal sealed record PrunedBackup(
    string BackupId, string VolumeId, DateTimeOffset CreatedAt, IReadOnlyList<string> Reasons);
