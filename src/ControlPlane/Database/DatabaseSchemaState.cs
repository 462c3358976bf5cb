namespace BackupEngine.ControlPlane.Database;

/// <summary>What a database has of this program's schema.</summary>
/// <param name="Applied">Migrations that it has, oldest first.</param>
/// <param name="Pending">Migrations that it lacks, oldest first.</param>
/// <param name="Unknown">Migrations that it has and that this program does not know: a newer program made them.</param>
public sealed record DatabaseSchemaState(
    IReadOnlyList<string> Applied, IReadOnlyList<string> Pending, IReadOnlyList<string> Unknown);
