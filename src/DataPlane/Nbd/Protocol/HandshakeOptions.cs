namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Handshake flags: bits of the server's greeting, and the same bits of the client's answer.</summary>
[Flags]
public enum HandshakeOptions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The fixed newstyle handshake, in which every option is answered.</summary>
    FixedNewstyle = 1 << 0,

    /// <summary>No 124 bytes of zeros behind the answer to EXPORT_NAME.</summary>
    NoZeroes = 1 << 1,
}
