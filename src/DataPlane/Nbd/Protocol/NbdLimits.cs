namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Bounds that the NBD protocol document sets, or that it leaves to each side.</summary>
public static class NbdLimits
{
    /// <summary>TCP port that IANA assigned to NBD.</summary>
    public const int Port = 10809;

    /// <summary>Longest string (export name, context, message), in bytes of UTF-8.</summary>
    public const int StringBytes = 4096;

    /// <summary>Largest payload that every server takes, in bytes, where it names no other.</summary>
    public const int DefaultPayloadBytes = 32 * 1024 * 1024;

    /// <summary>Largest minimum block size that a server may ask for, in bytes.</summary>
    public const int MinimumBlockBytes = 64 * 1024;

    /// <summary>Longest data of an option or of a reply to one that is taken, in bytes.</summary>
    public const int OptionBytes = 64 * 1024;

    /// <summary>Most replies to one option that are taken, as a number.</summary>
    public const int OptionReplies = 10_000;

    /// <summary>Most descriptors in one chunk of block status, as a number.</summary>
    public const int StatusDescriptors = 1 << 20;
}
