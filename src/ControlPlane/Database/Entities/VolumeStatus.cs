namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>The states of a volume, as the REST API spells them.</summary>
public static class VolumeStatus
{
    /// <summary>Being made by its volume service.</summary>
    public const string Creating = "creating";

    /// <summary>Ready, attached nowhere.</summary>
    public const string Available = "available";

    /// <summary>Attached.</summary>
    public const string InUse = "in-use";

    /// <summary>Kept for an attachment, which is not connected yet.</summary>
    public const string Reserved = "reserved";

    /// <summary>Exported for an attachment, which is not complete yet.</summary>
    public const string Attaching = "attaching";

    /// <summary>The export of its attachment is being removed.</summary>
    public const string Detaching = "detaching";

    /// <summary>A backup of it is being made; the former status is kept beside.</summary>
    public const string BackingUp = "backing-up";

    /// <summary>A backup is being written to it.</summary>
    public const string RestoringBackup = "restoring-backup";

    /// <summary>Being removed.</summary>
    public const string Deleting = "deleting";

    /// <summary>Could not be made or removed.</summary>
    public const string Error = "error";

    /// <summary>A restore did not write it whole.</summary>
    public const string ErrorRestoring = "error_restoring";

    /// <summary>Being made larger.</summary>
    public const string Extending = "extending";

    /// <summary>It could not be made larger; its data are as they were.</summary>
    public const string ErrorExtending = "error_extending";
}
