namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>
/// The verification of a backup that is under way, or the last one. One row for a backup, so there is never more than
/// one under way; what earlier ones did is in the step log.
/// </summary>
public sealed class BackupVerificationEntity : IClaimedRecord
{
    /// <summary>The backup.</summary>
    public Guid BackupId { get; set; }

    /// <summary>Who asked for it.</summary>
    public string UserId { get; set; } = "";

    /// <summary><c>quick</c>: the structure; <c>full</c>: the stored data are read and hashed.</summary>
    public string Level { get; set; } = "";

    /// <summary>How many of the backup's packs are read, from 1 to 100.</summary>
    public int Percent { get; set; }

    /// <summary>One of <see cref="VerificationStatus"/>. Changed by conditional updates only.</summary>
    public string Status { get; set; } = VerificationStatus.Verifying;

    /// <summary>Why it has no result; at most 255 characters; null otherwise.</summary>
    public string? FailReason { get; set; }

    /// <summary>What was found, as JSON; null until then.</summary>
    public string? ResultJson { get; set; }

    /// <inheritdoc/>
    public string? Host { get; set; }

    /// <inheritdoc/>
    public long ClaimNumber { get; set; }

    /// <inheritdoc/>
    public DateTime? LeaseExpiresAt { get; set; }

    /// <inheritdoc/>
    public Guid? LastWrite { get; set; }

    /// <inheritdoc/>
    public DateTime? CancelRequestedAt { get; set; }

    /// <inheritdoc/>
    public long? ProgressDoneBytes { get; set; }

    /// <inheritdoc/>
    public long? ProgressTotalBytes { get; set; }

    /// <inheritdoc/>
    public long? ProgressBytesPerSecond { get; set; }

    /// <inheritdoc/>
    public DateTime? ProgressAt { get; set; }

    /// <summary>When it was asked for, UTC.</summary>
    public DateTime AskedAt { get; set; }

    /// <summary>When it ended, UTC; null while it is under way.</summary>
    public DateTime? EndedAt { get; set; }
}
