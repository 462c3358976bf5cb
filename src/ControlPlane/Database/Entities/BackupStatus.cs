namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>The states of a backup, as the REST API spells them.</summary>
public static class BackupStatus
{
    /// <summary>Asked for, queued or running.</summary>
    public const string Creating = "creating";

    /// <summary>Published and restorable.</summary>
    public const string Available = "available";

    /// <summary>Being removed.</summary>
    public const string Deleting = "deleting";

    /// <summary>Not made, or not removed; the reason is in the record.</summary>
    public const string Error = "error";

    /// <summary>Being written to a volume.</summary>
    public const string Restoring = "restoring";

    /// <summary>Removed; the record is kept, and not shown.</summary>
    public const string Deleted = "deleted";
}
