namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Kinds of chunks in a structured reply. Errors have bit 15 set.</summary>
public enum ReplyType
{
    /// <summary>No content; only as the last chunk.</summary>
    None = 0,

    /// <summary>An offset, and the data that lie there.</summary>
    OffsetData = 1,

    /// <summary>An offset and a length: zeros.</summary>
    OffsetHole = 2,

    /// <summary>Extents of a metadata context, with 32-bit numbers.</summary>
    BlockStatus = 5,

    /// <summary>Extents of a metadata context, with 64-bit numbers; only with extended headers.</summary>
    BlockStatusExtended = 6,

    /// <summary>The request failed.</summary>
    Error = 0x8001,

    /// <summary>The request failed at an offset.</summary>
    ErrorOffset = 0x8002,
}
