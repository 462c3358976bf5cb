namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>How a server answers an option. Errors have bit 31 set; on the wire the number is unsigned.</summary>
public enum OptionReplyType
{
    /// <summary>Not a reply.</summary>
    None = 0,

    /// <summary>Done; the last reply to an option.</summary>
    Ack = 1,

    /// <summary>An export, in answer to LIST.</summary>
    Server = 2,

    /// <summary>One piece of information on an export.</summary>
    Info = 3,

    /// <summary>A metadata context.</summary>
    MetaContext = 4,

    /// <summary>The option is not known.</summary>
    Unsupported = unchecked((int)0x8000_0001),

    /// <summary>The option is forbidden here.</summary>
    Policy = unchecked((int)0x8000_0002),

    /// <summary>The option makes no sense as it was sent.</summary>
    Invalid = unchecked((int)0x8000_0003),

    /// <summary>The server's platform or build cannot do it.</summary>
    Platform = unchecked((int)0x8000_0004),

    /// <summary>Only under TLS.</summary>
    TlsRequired = unchecked((int)0x8000_0005),

    /// <summary>There is no such export.</summary>
    Unknown = unchecked((int)0x8000_0006),

    /// <summary>The server is being shut down.</summary>
    Shutdown = unchecked((int)0x8000_0007),

    /// <summary>Only for clients that ask for the block sizes.</summary>
    BlockSizeRequired = unchecked((int)0x8000_0008),

    /// <summary>The question or its answer is too long.</summary>
    TooBig = unchecked((int)0x8000_0009),

    /// <summary>Only with extended headers.</summary>
    ExtendedHeadersRequired = unchecked((int)0x8000_000a),
}
