namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>What a client can ask for during the handshake.</summary>
public enum Option
{
    /// <summary>Not an option.</summary>
    None = 0,

    /// <summary>Choose an export, without an answer when it is refused.</summary>
    ExportName = 1,

    /// <summary>End the session.</summary>
    Abort = 2,

    /// <summary>Name the exports.</summary>
    List = 3,

    /// <summary>Go on under TLS.</summary>
    StartTls = 5,

    /// <summary>Describe an export.</summary>
    Info = 6,

    /// <summary>Choose an export and begin transmission.</summary>
    Go = 7,

    /// <summary>Answer reads in chunks.</summary>
    StructuredReply = 8,

    /// <summary>Name the metadata contexts of an export.</summary>
    ListMetaContext = 9,

    /// <summary>Choose metadata contexts, which replaces those chosen before.</summary>
    SetMetaContext = 10,

    /// <summary>64-bit lengths in requests and replies.</summary>
    ExtendedHeaders = 11,
}
