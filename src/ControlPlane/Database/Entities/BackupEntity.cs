namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>The record of a backup.</summary>
public sealed class BackupEntity : IMetadataRecord, IClaimedRecord
{
    /// <summary>What the engine calls itself where Cinder names its driver: clients look at how it begins.</summary>
    public const string Service = "cinder.backup.drivers.backupengine.BackupEngineDriver";

    /// <summary>Identity; also the name of the backup in the repository.</summary>
    public Guid Id { get; set; }

    /// <summary>Owner.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>Who asked for it.</summary>
    public string UserId { get; set; } = "";

    /// <summary>The volume.</summary>
    public Guid VolumeId { get; set; }

    /// <summary>The snapshot that is backed up, or null for the volume itself.</summary>
    public Guid? SnapshotId { get; set; }

    /// <summary>
    /// The backup that this incremental is based on, or null for a full one. It may have been deleted since.
    /// </summary>
    public Guid? ParentId { get; set; }

    /// <summary>Name; null when the user gave none.</summary>
    public string? Name { get; set; }

    /// <summary>Description; null when the user gave none.</summary>
    public string? Description { get; set; }

    /// <summary>Container that the user named, or null.</summary>
    public string? Container { get; set; }

    /// <summary>Availability zone.</summary>
    public string? AvailabilityZone { get; set; }

    /// <summary>One of <see cref="BackupStatus"/>. Changed by conditional updates only.</summary>
    public string Status { get; set; } = BackupStatus.Creating;

    /// <summary>Why the last action failed, with the step; at most 255 characters; null otherwise.</summary>
    public string? FailReason { get; set; }

    /// <summary>Size of the volume in GiB.</summary>
    public int SizeGiB { get; set; }

    /// <summary>Chunks that were new in the repository.</summary>
    public long ObjectCount { get; set; }

    /// <summary>User metadata as a JSON object of strings.</summary>
    public string MetadataJson { get; set; } = "{}";

    /// <summary>The point in time that the data are of, UTC.</summary>
    public DateTime? DataTimestamp { get; set; }

    /// <summary>The backup service that claimed the action under way, or made the backup; null until claimed.</summary>
    public string? Host { get; set; }

    /// <summary>Grows with every claim. A write that carries an older number changes nothing (fencing).</summary>
    public long ClaimNumber { get; set; }

    /// <summary>UTC, database time; until then the claim is the host's. Null: unclaimed.</summary>
    public DateTime? LeaseExpiresAt { get; set; }

    /// <summary>The last transaction of a claim: whether one whose answer was lost has been committed.</summary>
    public Guid? LastWrite { get; set; }

    /// <summary>
    /// When the command for the action under way was last sent, UTC; the reconciler sends it again if nobody claims it.
    /// </summary>
    public DateTime? CommandSentAt { get; set; }

    /// <summary>When its owner asked to cancel the action under way, UTC, database time; null: not asked for.</summary>
    public DateTime? CancelRequestedAt { get; set; }

    /// <summary>
    /// What the action under way may transfer, in MiB per second, as its owner asked; 0: nothing was asked.
    /// </summary>
    public int RateLimitMiB { get; set; }

    /// <summary>Of the action under way: one of <see cref="BackupPriority"/>.</summary>
    public int Priority { get; set; }

    /// <inheritdoc/>
    public long? ProgressDoneBytes { get; set; }

    /// <inheritdoc/>
    public long? ProgressTotalBytes { get; set; }

    /// <inheritdoc/>
    public long? ProgressBytesPerSecond { get; set; }

    /// <inheritdoc/>
    public DateTime? ProgressAt { get; set; }

    /// <summary>The temporary object of a backup under way, as <c>Kind:Id</c>; null when there is none.</summary>
    public string? TemporaryDevice { get; set; }

    /// <summary>The volume that a restore under way, or the last one, writes to.</summary>
    public Guid? RestoreVolumeId { get; set; }

    /// <summary>
    /// Identity of the point in time that was read, as the volume driver names it; empty when it names none.
    /// </summary>
    public string BaseToken { get; set; } = "";

    /// <summary>Where the changed blocks came from, or why everything was read; null for a full backup.</summary>
    public string? ChangedBlocksOutcome { get; set; }

    /// <summary>What the data plane counted, as its JSON; null until available.</summary>
    public string? StatisticsJson { get; set; }

    /// <summary>
    /// The id under which the data are in the repository, where it is not the record's own: records that were imported.
    /// </summary>
    public Guid? StoredAs { get; set; }

    /// <summary>
    /// What the volume was called and carried when it was backed up, for the restore, as JSON; null where it is not
    /// known.
    /// </summary>
    public string? VolumeMetadataJson { get; set; }

    /// <summary>The backup policy that made it; null: a user did.</summary>
    public Guid? PolicyId { get; set; }

    /// <summary>Whether it is kept: neither a delete nor a policy removes it until that is taken back.</summary>
    public bool Protected { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>UTC; null until the first change.</summary>
    public DateTime? UpdatedAt { get; set; }

    /// <summary>UTC; null while it exists.</summary>
    public DateTime? DeletedAt { get; set; }

    /// <summary>The id under which the data are in the repository.</summary>
    public Guid StoredId() => StoredAs ?? Id;
}
