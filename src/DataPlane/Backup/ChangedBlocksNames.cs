namespace BackupEngine.DataPlane.Backup;

/// <summary>The words for what became of changed blocks, and why, in logs, metrics and the protocol.</summary>
internal static class ChangedBlocksNames
{
    /// <summary>The word for a reason.</summary>
    public static string ToText(this FullReadReason reason) => reason switch
    {
        FullReadReason.Unknown => "unknown",
        FullReadReason.BaseMismatch => "base_mismatch",
        FullReadReason.SpotCheck => "spot_check",
        FullReadReason.Reread => "reread",
        FullReadReason.Resumed => "resumed",
        FullReadReason.ResumeCheck => "resume_check",
        _ => "parent_damaged",
    };

    /// <summary>The word for a use.</summary>
    public static string ToText(this ChangedBlocksUse use) => use switch
    {
        ChangedBlocksUse.Used => "used",
        ChangedBlocksUse.Refused => "refused",
        _ => "none",
    };
}
