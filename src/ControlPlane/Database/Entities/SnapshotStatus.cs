namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>The states of a snapshot, as the REST API spells them.</summary>
public static class SnapshotStatus
{
    /// <summary>Being made by the volume service.</summary>
    public const string Creating = "creating";

    /// <summary>Ready.</summary>
    public const string Available = "available";

    /// <summary>A backup of it is being made.</summary>
    public const string BackingUp = "backing-up";

    /// <summary>Being removed.</summary>
    public const string Deleting = "deleting";

    /// <summary>Could not be made or removed.</summary>
    public const string Error = "error";
}
