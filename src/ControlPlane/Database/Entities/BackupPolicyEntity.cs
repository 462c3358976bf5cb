namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>When a project's volumes are backed up without anybody asking, how, and what is kept.</summary>
public sealed class BackupPolicyEntity : IProjectRecord
{
    /// <summary>Identity.</summary>
    public Guid Id { get; set; }

    /// <summary>Owner; its volumes only are backed up.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>Who made it; its backups are this user's.</summary>
    public string UserId { get; set; } = "";

    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Description; null when the user gave none.</summary>
    public string? Description { get; set; }

    /// <summary>Whether it runs.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>IANA name of the time zone of its rules.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Window over which its backups are spread after each due time, in seconds.</summary>
    public int JitterSeconds { get; set; }

    /// <summary>Its rules, as a JSON array.</summary>
    public string RulesJson { get; set; } = "[]";

    /// <summary>How its backups are made, as a JSON object.</summary>
    public string OptionsJson { get; set; } = "{}";

    /// <summary>What is kept, as a JSON object; null: everything.</summary>
    public string? RetentionJson { get; set; }

    /// <summary>Whether every volume of the project is backed up, also one that is made later.</summary>
    public bool AllVolumes { get; set; }

    /// <summary>
    /// The next due time, UTC; null while it does not run. Moved on by conditional updates only: whoever moves it on
    /// makes the runs of that due time.
    /// </summary>
    public DateTime? NextRunAt { get; set; }

    /// <summary>Grows with every change of the policy.</summary>
    public long Revision { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>UTC; null until the first change.</summary>
    public DateTime? UpdatedAt { get; set; }

    /// <summary>UTC; null while it exists.</summary>
    public DateTime? DeletedAt { get; set; }
}
