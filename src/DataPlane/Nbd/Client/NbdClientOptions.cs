using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>How an export is reached.</summary>
public sealed record NbdClientOptions
{
    /// <summary>Default of <see cref="Connections"/>.</summary>
    public const int DefaultConnections = 4;

    private const int MaximumConnections = 16;

    /// <summary>Default of <see cref="ReconnectTime"/>.</summary>
    public static TimeSpan DefaultReconnectTime => TimeSpan.FromSeconds(60);

    /// <summary>Default of <see cref="ReplyTime"/>.</summary>
    public static TimeSpan DefaultReplyTime => TimeSpan.FromMinutes(5);

    /// <summary>The export.</summary>
    public required NbdUri Uri { get; init; }

    /// <summary>
    /// Connections to use, 1 to 16, where the server says that several see the same; otherwise there is one.
    /// </summary>
    public int Connections { get; init; } = DefaultConnections;

    /// <summary>How long a lost connection is tried to be made again, from nothing to 1 day.</summary>
    public TimeSpan ReconnectTime { get; init; } = DefaultReconnectTime;

    /// <summary>
    /// How long the reply to one request may take, until it is whole, before the connection counts as lost: up to 1
    /// day; nothing for any time.
    /// </summary>
    public TimeSpan ReplyTime { get; init; } = DefaultReplyTime;

    /// <summary>
    /// How long the server may take to answer requests that were cancelled, before the connection is ended.
    /// </summary>
    public TimeSpan CancelTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one try to connect may take.</summary>
    public TimeSpan ConnectTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Directory with <c>ca-cert.pem</c>, and <c>client-cert.pem</c> with <c>client-key.pem</c> where the server wants
    /// to know the client; null for the certificate authorities of this host, and no client certificate.
    /// </summary>
    public string? CertificatesDirectory { get; init; }

    /// <summary>Metadata contexts that are asked for, by their names.</summary>
    public IReadOnlyList<string> Contexts { get; init; } = [];

    /// <summary>The dirty bitmap that says what changed; null where nobody asks.</summary>
    public string? Bitmap { get; init; }

    /// <summary>Why the server does not offer the bitmap; null where nothing is known against it.</summary>
    public string? BitmapRefused { get; init; }

    /// <summary>The best of what the server offers is agreed on, up to this.</summary>
    internal ReplyStyle Replies { get; init; } = ReplyStyle.Extended;

    /// <summary>Refuses values outside of their documented ranges.</summary>
    /// <exception cref="UsageException">One is; the message names it.</exception>
    public NbdClientOptions Validate()
    {
        if (Connections is < 1 or > MaximumConnections)
        {
            throw new UsageException($"NBD: connections must be from 1 to {MaximumConnections}, not {Connections}.");
        }

        Refuse(ReconnectTime, "the time to reconnect");
        Refuse(ReplyTime, "the time for a reply");
        return this;
    }

    private static void Refuse(TimeSpan time, string what)
    {
        if (time < TimeSpan.Zero || time > TimeSpan.FromDays(1))
        {
            throw new UsageException($"NBD: {what} must be from 0 to 86400 s, not {time.TotalSeconds} s.");
        }
    }
}
