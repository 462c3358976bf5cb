namespace BackupEngine.ControlPlane.Hosting;

/// <summary>What a deployment on many hosts needs beside the rest.</summary>
public sealed partial class EngineOptions
{
    /// <summary><c>sqlite</c> (a file in the state directory, one host) or <c>postgresql</c>.</summary>
    public string Database { get; set; } = "sqlite";

    /// <summary>
    /// For <c>postgresql</c>: <c>Host=...;Port=5432;Database=...;Username=...;SSL Mode=VerifyFull</c>, as Npgsql reads it.
    /// </summary>
    public string? PostgreSql { get; set; }

    /// <summary>Its password; rather give <see cref="PostgreSqlPasswordFile"/>.</summary>
    public string? PostgreSqlPassword { get; set; }

    /// <summary>
    /// File that holds its password. A name without a directory is looked for in <c>$CREDENTIALS_DIRECTORY</c>, where
    /// systemd puts credentials.
    /// </summary>
    public string? PostgreSqlPasswordFile { get; set; }

    /// <summary>
    /// Whether a start brings the schema up to date; false: it refuses to start on an old one, and
    /// <c>backup-engine db migrate</c> does it.
    /// </summary>
    public bool MigrateAtStart { get; set; } = true;

    /// <summary>Password of the broker's user; rather give <see cref="RabbitMqPasswordFile"/>.</summary>
    public string? RabbitMqPassword { get; set; }

    /// <summary>File that holds the password of the broker's user; as <see cref="PostgreSqlPasswordFile"/>.</summary>
    public string? RabbitMqPasswordFile { get; set; }
}
