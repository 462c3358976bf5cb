namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>One due time of a policy for one volume. There is never a second one.</summary>
public sealed class BackupPolicyRunEntity : IProjectRecord
{
    /// <summary>Identity.</summary>
    public Guid Id { get; set; }

    /// <summary>The policy.</summary>
    public Guid PolicyId { get; set; }

    /// <summary>The volume.</summary>
    public Guid VolumeId { get; set; }

    /// <summary>Owner of both.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>The due time, UTC.</summary>
    public DateTime DueAt { get; set; }

    /// <summary>When it is to begin: the due time and its part of the window, UTC.</summary>
    public DateTime StartAt { get; set; }

    /// <summary>One of <see cref="BackupPolicyRunStatus"/>. Changed by conditional updates only.</summary>
    public string Status { get; set; } = BackupPolicyRunStatus.Planned;

    /// <summary>Why it failed or was skipped, or what else is to be known of it; at most 255 characters.</summary>
    public string? Reason { get; set; }

    /// <summary>Whether no service ran at the due time: it is caught up.</summary>
    public bool Late { get; set; }

    /// <summary>Earlier due times that passed meanwhile, and that this run stands for too.</summary>
    public int Missed { get; set; }

    /// <summary>The backup; null until it is begun, and where none was.</summary>
    public Guid? BackupId { get; set; }

    /// <summary>Whether that backup is an incremental.</summary>
    public bool Incremental { get; set; }

    /// <summary>Whether retention has still to look at the volume after this run.</summary>
    public bool RetentionDue { get; set; }

    /// <summary>UTC, database time.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>When it ended, however, UTC, database time; null until then.</summary>
    public DateTime? EndedAt { get; set; }

    /// <summary>UTC; null while it exists.</summary>
    public DateTime? DeletedAt { get; set; }
}
