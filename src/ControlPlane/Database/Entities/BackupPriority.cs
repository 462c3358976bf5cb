namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>Which of a project's backups and restores go first. It changes nothing between projects.</summary>
public static class BackupPriority
{
    /// <summary>After all others of the project; verifications always are.</summary>
    public const int Low = -1;

    /// <summary>By the time at which they were asked for.</summary>
    public const int Normal = 0;

    /// <summary>Before all others of the project.</summary>
    public const int Urgent = 1;
}
