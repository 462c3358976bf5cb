namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>The workflows of a backup, as the step log names them.</summary>
internal static class BackupWorkflows
{
    /// <summary>Makes it.</summary>
    public const string Create = "create";

    /// <summary>Writes it to a volume.</summary>
    public const string Restore = "restore";

    /// <summary>Removes it.</summary>
    public const string Delete = "delete";

    /// <summary>Verifies it.</summary>
    public const string Verify = "verify";
}
