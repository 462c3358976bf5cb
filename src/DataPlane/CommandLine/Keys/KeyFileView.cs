namespace BackupEngine.DataPlane.CommandLine.Keys;

/// <summary>JSON of a new key file.</summary>
/// <param name="KeyFile">Its path.</param>
internal sealed record KeyFileView(string KeyFile);
