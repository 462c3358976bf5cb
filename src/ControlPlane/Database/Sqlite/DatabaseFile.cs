namespace BackupEngine.ControlPlane.Database.Sqlite;

/// <summary>Where the database is.</summary>
/// <param name="Path">The file.</param>
public sealed record DatabaseFile(string Path);
