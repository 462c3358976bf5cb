namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>A snapshot of a volume.</summary>
public sealed class SnapshotEntity : IMetadataRecord
{
    /// <summary>Identity.</summary>
    public Guid Id { get; set; }

    /// <summary>Owner.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>Who asked for it.</summary>
    public string UserId { get; set; } = "";

    /// <summary>The volume.</summary>
    public Guid VolumeId { get; set; }

    /// <summary>Name; null when the user gave none.</summary>
    public string? Name { get; set; }

    /// <summary>Description; null when the user gave none.</summary>
    public string? Description { get; set; }

    /// <summary>Size of the volume when it was taken, in GiB.</summary>
    public int SizeGiB { get; set; }

    /// <summary>One of <see cref="SnapshotStatus"/>. Changed by conditional updates only.</summary>
    public string Status { get; set; } = SnapshotStatus.Creating;

    /// <summary>User metadata as a JSON object of strings.</summary>
    public string MetadataJson { get; set; } = "{}";

    /// <summary>When the command for the action under way was last sent, UTC; null: it has still to be sent.</summary>
    public DateTime? CommandSentAt { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>UTC; null until the first change.</summary>
    public DateTime? UpdatedAt { get; set; }

    /// <summary>UTC; null while it exists.</summary>
    public DateTime? DeletedAt { get; set; }
}
