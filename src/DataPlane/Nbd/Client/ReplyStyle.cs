namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>How a server answers requests.</summary>
internal enum ReplyStyle
{
    /// <summary>In one piece; no block status.</summary>
    Simple,

    /// <summary>Reads and block status in chunks.</summary>
    Structured,

    /// <summary>Everything in chunks, with 64-bit lengths.</summary>
    Extended,
}
