namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>What a client can ask for during transmission.</summary>
public enum Command
{
    /// <summary>Read data.</summary>
    Read = 0,

    /// <summary>Write data.</summary>
    Write = 1,

    /// <summary>End the session; not answered.</summary>
    Disconnect = 2,

    /// <summary>Make every write that was answered before durable.</summary>
    Flush = 3,

    /// <summary>A range is of no use any more; what it reads as is not said.</summary>
    Trim = 4,

    /// <summary>Have a range in the server's cache.</summary>
    Cache = 5,

    /// <summary>Make a range read as zeros.</summary>
    WriteZeroes = 6,

    /// <summary>Describe a range in every chosen metadata context.</summary>
    BlockStatus = 7,
}
