namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>The numbers by which the messages of the NBD protocol are told apart (NBD protocol document).</summary>
public static class NbdMagic
{
    /// <summary>What a server says first: "NBDMAGIC".</summary>
    public const ulong Greeting = 0x4e42444d41474943;

    /// <summary>Second word of a newstyle greeting, and first word of every option: "IHAVEOPT".</summary>
    public const ulong Options = 0x49484156454f5054;

    /// <summary>Second word of an oldstyle greeting, which is not spoken here.</summary>
    public const ulong Oldstyle = 0x0000420281861253;

    /// <summary>A reply to an option.</summary>
    public const ulong OptionReply = 0x0003e889045565a9;

    /// <summary>A request with a compact header.</summary>
    public const uint Request = 0x25609513;

    /// <summary>A request with an extended header.</summary>
    public const uint ExtendedRequest = 0x21e41c71;

    /// <summary>A simple reply.</summary>
    public const uint SimpleReply = 0x67446698;

    /// <summary>A chunk of a structured reply.</summary>
    public const uint StructuredReply = 0x668e33ef;

    /// <summary>A chunk of a reply with an extended header.</summary>
    public const uint ExtendedReply = 0x6e8a278c;
}
