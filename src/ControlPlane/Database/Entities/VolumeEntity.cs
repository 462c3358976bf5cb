namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>A volume of a project.</summary>
public sealed class VolumeEntity : IMetadataRecord
{
    /// <summary>Identity.</summary>
    public Guid Id { get; set; }

    /// <summary>Owner.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>Who asked for it.</summary>
    public string UserId { get; set; } = "";

    /// <summary>Name; null when the user gave none.</summary>
    public string? Name { get; set; }

    /// <summary>Description; null when the user gave none.</summary>
    public string? Description { get; set; }

    /// <summary>Size in GiB.</summary>
    public int SizeGiB { get; set; }

    /// <summary>One of <see cref="VolumeStatus"/>. Changed by conditional updates only.</summary>
    public string Status { get; set; } = VolumeStatus.Creating;

    /// <summary>The status to go back to after a backup; null when none is under way.</summary>
    public string? PreviousStatus { get; set; }

    /// <summary>The host whose volume service owns it.</summary>
    public string Host { get; set; } = "";

    /// <summary>Availability zone.</summary>
    public string AvailabilityZone { get; set; } = "nova";

    /// <summary>The snapshot that it was made from, or null.</summary>
    public Guid? SourceSnapshotId { get; set; }

    /// <summary>The volume that it was cloned from, or null.</summary>
    public Guid? SourceVolumeId { get; set; }

    /// <summary>The backup that it was made for, or null.</summary>
    public Guid? RestoredFromBackupId { get; set; }

    /// <summary>Whether nothing was ever written to it through an export: it reads as zeros.</summary>
    public bool NeverWritten { get; set; } = true;

    /// <summary>Server or host that its attachment is for; null where it has none or nobody said.</summary>
    public string? AttachedTo { get; set; }

    /// <summary>Mount point that the attaching server named, or null.</summary>
    public string? MountPoint { get; set; }

    /// <summary>How it is attached: <c>rw</c> or <c>ro</c>; null while nobody said.</summary>
    public string? AttachMode { get; set; }

    /// <summary>Since when it is attached, UTC; null while it is not.</summary>
    public DateTime? AttachedAt { get; set; }

    /// <summary>The attachment that it has, or null. There is at most one.</summary>
    public Guid? AttachmentId { get; set; }

    /// <summary>One of <see cref="Entities.AttachmentStatus"/>; null while it has no attachment.</summary>
    public string? AttachmentStatus { get; set; }

    /// <summary>Since when it has the attachment, UTC; null while it has none.</summary>
    public DateTime? AttachmentCreatedAt { get; set; }

    /// <summary>How the attachment's export is reached, <c>local</c> or <c>nbd</c>; null while there is none.</summary>
    public string? ConnectionType { get; set; }

    /// <summary>Where it is reached; null while there is none.</summary>
    public string? ConnectionPath { get; set; }

    /// <summary>When the command for the action under way was last sent, UTC; null: it has still to be sent.</summary>
    public DateTime? CommandSentAt { get; set; }

    /// <summary>User metadata as a JSON object of strings.</summary>
    public string MetadataJson { get; set; } = "{}";

    /// <summary>Whether a server may start from it.</summary>
    public bool Bootable { get; set; }

    /// <summary>The size in GiB that it is to have, while <c>extending</c>; null otherwise.</summary>
    public int? TargetSizeGiB { get; set; }

    /// <summary>Why it is in an error status; null otherwise.</summary>
    public string? FailReason { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>UTC; null until the first change.</summary>
    public DateTime? UpdatedAt { get; set; }

    /// <summary>UTC; null while it exists.</summary>
    public DateTime? DeletedAt { get; set; }
}
