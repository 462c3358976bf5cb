namespace BackupEngine.ControlPlane.Hosting;

/// <summary>
/// The configuration of <c>backup-engine serve</c>: embedded defaults, one state directory. Section <c>Engine</c>.
/// </summary>
public sealed partial class EngineOptions
{
    /// <summary>Roles of this process: any of <c>api</c>, <c>volume</c>, <c>backup</c>.</summary>
    public IReadOnlyList<string> Roles { get; set; } = ["api", "volume", "backup"];

    /// <summary>Directory of everything that is kept: database, tokens, volumes, repository, sockets.</summary>
    public string StateDirectory { get; set; } = "";

    /// <summary>Where the REST API listens: URLs, separated by semicolons.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8776";

    /// <summary>Name of this host on the bus and in records.</summary>
    public string Host { get; set; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>
    /// Where the volumes of the <c>file</c> driver are; default: <c>volumes</c> in the state directory.
    /// </summary>
    public string? VolumeDirectory { get; set; }

    /// <summary>Directory of the repository; default: <c>repository</c> in the state directory.</summary>
    public string? Repository { get; set; }

    /// <summary>What is made of an in-use volume to be read: <c>snapshot</c> or <c>clone</c>.</summary>
    public string TempSource { get; set; } = "snapshot";

    /// <summary>Backups and restores that run at once on this host; others wait.</summary>
    public int MaxConcurrentBackups { get; set; } = 2;

    /// <summary><c>memory</c> (one process) or <c>rabbitmq</c>.</summary>
    public string Transport { get; set; } = "memory";

    /// <summary>For <c>rabbitmq</c>: <c>amqp://user:password@host:port/virtual-host</c>.</summary>
    public string? RabbitMq { get; set; }

    /// <summary><c>token-file</c>, <c>keystone</c>, or <c>noauth</c> (only on loopback).</summary>
    public string Authentication { get; set; } = "token-file";

    /// <summary>
    /// YAML or JSON file that changes who may do what: <c>"rule": "expression"</c>; null: the defaults. Read at start.
    /// </summary>
    public string? PolicyFile { get; set; }

    /// <summary>
    /// Socket of a data plane that something else runs; null: this process starts and supervises one.
    /// </summary>
    public string? DataPlaneSocket { get; set; }

    /// <summary>Program of the data plane; null: looked for beside this program.</summary>
    public string? DataPlaneProgram { get; set; }

    /// <summary>
    /// Key file that the data plane opens the repository with, and creates it encrypted; null: it is not encrypted. For
    /// a data plane that this process starts; one that something else runs is given its key there.
    /// </summary>
    public string? DataPlaneKeyFile { get; set; }

    /// <summary>
    /// New data in the repository, in MiB, after which a backup makes a checkpoint, from which it goes on when it is
    /// interrupted; 0: as the data plane does by itself.
    /// </summary>
    public int CheckpointIntervalMiB { get; set; }

    /// <summary>Time after which it makes one, in seconds; 0: as the data plane does by itself.</summary>
    public int CheckpointSeconds { get; set; }

    /// <summary>How often the progress of a running backup, restore or verification is written, in seconds.</summary>
    public int ProgressSeconds { get; set; } = 2;

    /// <summary>How long the key of a request that may be asked again is kept, in hours.</summary>
    public int IdempotencyKeyHours { get; set; } = 24;

    /// <summary>What one backup of this host may read, in MiB per second; 0: no limit.</summary>
    public int BackupRateLimitMiB { get; set; }

    /// <summary>What one restore of this host may write, in MiB per second; 0: no limit.</summary>
    public int RestoreRateLimitMiB { get; set; }

    /// <summary>
    /// What all backups and restores of this host together may transfer, in MiB per second; 0: no limit. For a data
    /// plane that this process starts.
    /// </summary>
    public int DataPlaneRateLimitMiB { get; set; }

    /// <summary>
    /// What all jobs of this host together may hold in memory, in MiB; 0: as the data plane does by itself. For a data
    /// plane that this process starts.
    /// </summary>
    public int DataPlaneMemoryBudgetMiB { get; set; }

    /// <summary>Requests to a volume service wait this long for an answer, in seconds.</summary>
    public int VolumeRequestTimeoutSeconds { get; set; } = 60;

    /// <summary>A claim that is not renewed for this long, in seconds, may be taken over.</summary>
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>A command that nobody has claimed for this long, in seconds, is sent again.</summary>
    public int ResendSeconds { get; set; } = 15;

    /// <summary>
    /// When the process is asked to stop, backups and restores under way get this long, in seconds, to end. Those that
    /// do not are suspended: their devices are detached, and the next backup service that starts goes on with them.
    /// </summary>
    public int DrainSeconds { get; set; } = 20;

    /// <summary>
    /// Collector that traces are sent to (OTLP over gRPC), for example <c>http://127.0.0.1:4317</c>; null: none.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>
    /// Address of the REST API as clients see it, for links; null: the address that a request came to.
    /// </summary>
    public string? PublicEndpoint { get; set; }

    /// <summary>The host whose volume service makes new volumes; null: this one.</summary>
    public string? VolumeHost { get; set; }

    /// <summary>Volumes that a project may have where nobody set another limit; -1 is no limit.</summary>
    public int QuotaVolumes { get; set; } = 10;

    /// <summary>Snapshots that a project may have, likewise.</summary>
    public int QuotaSnapshots { get; set; } = 10;

    /// <summary>GiB of volumes and snapshots, likewise.</summary>
    public int QuotaGigabytes { get; set; } = 1000;

    /// <summary>GiB of one volume, likewise.</summary>
    public int QuotaPerVolumeGigabytes { get; set; } = -1;

    /// <summary>Backups that a project may have, likewise.</summary>
    public int QuotaBackups { get; set; } = 10;

    /// <summary>GiB of backups, each counted with the size of its volume, likewise.</summary>
    public int QuotaBackupGigabytes { get; set; } = 1000;

    /// <summary>Whether this process has the role.</summary>
    public bool Has(string role) => Roles.Contains(role, StringComparer.Ordinal);
}
