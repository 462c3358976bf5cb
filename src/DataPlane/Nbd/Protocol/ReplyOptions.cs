namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Flags of a chunk of a structured reply.</summary>
[Flags]
public enum ReplyOptions
{
    /// <summary>More chunks follow.</summary>
    None = 0,

    /// <summary>The last chunk of the reply.</summary>
    Done = 1 << 0,
}
