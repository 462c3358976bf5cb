namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>The states of a run of a backup policy.</summary>
public static class BackupPolicyRunStatus
{
    /// <summary>Due, or soon: no backup has been begun yet.</summary>
    public const string Planned = "planned";

    /// <summary>Its backup is queued or under way.</summary>
    public const string Running = "running";

    /// <summary>Its backup became available.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>Its backup was refused, or failed.</summary>
    public const string Failed = "failed";

    /// <summary>Nothing was begun, and nothing went wrong.</summary>
    public const string Skipped = "skipped";
}
