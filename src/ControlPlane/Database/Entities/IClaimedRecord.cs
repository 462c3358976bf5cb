namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>A record whose work one backup service at a time claims; it tells how far the work has come.</summary>
public interface IClaimedRecord
{
    /// <summary>One of the states of the record. Changed by conditional updates only.</summary>
    string Status { get; set; }

    /// <summary>The backup service that claimed the work under way, or did the last; null until claimed.</summary>
    string? Host { get; set; }

    /// <summary>Grows with every claim. A write that carries an older number changes nothing (fencing).</summary>
    long ClaimNumber { get; set; }

    /// <summary>UTC, database time; until then the claim is the host's. Null: unclaimed.</summary>
    DateTime? LeaseExpiresAt { get; set; }

    /// <summary>The last transaction of a claim: whether one whose answer was lost has been committed.</summary>
    Guid? LastWrite { get; set; }

    /// <summary>When it was asked to cancel the work under way, UTC, database time; null: not asked for.</summary>
    DateTime? CancelRequestedAt { get; set; }

    /// <summary>Bytes of the work under way that are dealt with; null while nothing is known.</summary>
    long? ProgressDoneBytes { get; set; }

    /// <summary>Bytes of the work under way in all; null while nothing is known.</summary>
    long? ProgressTotalBytes { get; set; }

    /// <summary>Bytes that were dealt with in a second lately; null while nothing is known.</summary>
    long? ProgressBytesPerSecond { get; set; }

    /// <summary>When the progress was written, UTC, database time; null while nothing is known.</summary>
    DateTime? ProgressAt { get; set; }
}
