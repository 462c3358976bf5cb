namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Transmission flags: what an export offers.</summary>
[Flags]
public enum ExportFeatures
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Always set.</summary>
    HasFlags = 1 << 0,

    /// <summary>Nothing can be written.</summary>
    ReadOnly = 1 << 1,

    /// <summary>FLUSH is known.</summary>
    Flush = 1 << 2,

    /// <summary>Writes can be asked to be durable before they are answered.</summary>
    ForceUnitAccess = 1 << 3,

    /// <summary>The medium rotates.</summary>
    Rotational = 1 << 4,

    /// <summary>TRIM is known.</summary>
    Trim = 1 << 5,

    /// <summary>WRITE_ZEROES is known.</summary>
    WriteZeroes = 1 << 6,

    /// <summary>Reads can be asked to be answered in one piece.</summary>
    DoNotFragment = 1 << 7,

    /// <summary>Several connections see the same, and a flush on one counts for all.</summary>
    MultipleConnections = 1 << 8,

    /// <summary>The experimental RESIZE extension.</summary>
    Resize = 1 << 9,

    /// <summary>CACHE is known.</summary>
    Cache = 1 << 10,

    /// <summary>WRITE_ZEROES can be asked to fail quickly where it would be slow.</summary>
    FastZero = 1 << 11,

    /// <summary>BLOCK_STATUS takes a list of contexts; only with extended headers.</summary>
    BlockStatusPayload = 1 << 12,
}
