namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Command flags of a request.</summary>
[Flags]
public enum CommandOptions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Answer only when what was written is durable.</summary>
    ForceUnitAccess = 1 << 0,

    /// <summary>WRITE_ZEROES must not make a hole.</summary>
    NoHole = 1 << 1,

    /// <summary>READ is to be answered in one piece.</summary>
    DoNotFragment = 1 << 2,

    /// <summary>BLOCK_STATUS is to be answered with one extent for each context.</summary>
    RequestOne = 1 << 3,

    /// <summary>WRITE_ZEROES is to fail quickly where it is no faster than writing.</summary>
    FastZero = 1 << 4,

    /// <summary>The length is that of a payload; only with extended headers.</summary>
    PayloadLength = 1 << 5,
}
