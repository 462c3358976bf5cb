namespace BackupEngine.ControlPlane.Hosting;

/// <summary>What a deployment on many hosts needs beside the rest.</summary>
public sealed partial class EngineOptions
{
    /// <summary><c>sqlite</c> (a file in the state directory, one host) or <c>postgresql</c>.</summary>
    public string Database { get; set; } = "sqlite";

    /// <summary>
    /// For <c>postgresql</c>, as Npgsql reads it:
    /// <c>Host=...;Port=5432;Database=...;Username=...;SSL Mode=VerifyFull</c>.
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

    /// <summary>
    /// For <c>amqps</c>: PEM file of the authorities that may have signed the broker's certificate; null: the system's.
    /// </summary>
    public string? RabbitMqCaFile { get; set; }

    /// <summary>For <c>amqps</c>: PEM file with the certificate that this host shows; null: it shows none.</summary>
    public string? RabbitMqCertificateFile { get; set; }

    /// <summary>PEM file with the key of that certificate; null: it is in the same file.</summary>
    public string? RabbitMqKeyFile { get; set; }

    /// <summary>Availability zone of this host; of its volumes and of its backup service.</summary>
    public string AvailabilityZone { get; set; } = "nova";

    /// <summary>
    /// Which backup services may take a backup or a restore: <c>volume-host</c>, those on the host of the volume; or
    /// <c>zone</c>, all of the volume's zone, where the volume driver exports to other hosts.
    /// </summary>
    public string BackupPlacement { get; set; } = "volume-host";

    /// <summary>
    /// Backups and restores that read or write the volumes of this host at once, from all backup hosts together; 0: as
    /// many as these run.
    /// </summary>
    public int MaxConcurrentPerBackend { get; set; }

    /// <summary>A host that has not said for this long, in seconds, that it lives is given no work.</summary>
    public int HostSilenceSeconds { get; set; } = 30;

    /// <summary>
    /// How often this process looks, in seconds, at what is due of backup policies, where it has the role <c>api</c>;
    /// 0: never, other hosts do.
    /// </summary>
    public int ScheduleSeconds { get; set; } = 5;

    /// <summary>A run that is found so long after it was due, in seconds, counts as late: it is caught up.</summary>
    public int ScheduleLateSeconds { get; set; } = 300;

    /// <summary>How long the runs of backup policies are kept after they have ended, in days.</summary>
    public int ScheduleHistoryDays { get; set; } = 90;

    /// <summary>
    /// Where a process without the role <c>api</c> answers <c>/healthz/live</c> and <c>/healthz/ready</c>; null:
    /// nowhere. One with it answers where the API is.
    /// </summary>
    public string? HealthUrls { get; set; }
}
