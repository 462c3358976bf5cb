namespace BackupEngine.DataPlane.CommandLine.Keys;

/// <summary>JSON of a new key epoch.</summary>
/// <param name="Epoch">Its number.</param>
internal sealed record KeyEpochView(long Epoch);
