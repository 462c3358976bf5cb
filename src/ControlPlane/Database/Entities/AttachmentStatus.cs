namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>The states of a volume's attachment, as the REST API spells them.</summary>
public static class AttachmentStatus
{
    /// <summary>The volume is kept for it.</summary>
    public const string Reserved = "reserved";

    /// <summary>The volume is exported for it, or is about to be.</summary>
    public const string Attaching = "attaching";

    /// <summary>The server uses the volume.</summary>
    public const string Attached = "attached";
}
