using BackupEngine.DataPlane.Nbd.Server.Requests;

namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>What clients may take of a server.</summary>
internal sealed record NbdServerLimits
{
    /// <summary>Bound of <see cref="Connections"/>.</summary>
    public const int MostConnections = 1024;

    /// <summary>Connections at once; further ones are closed.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>Requests of one connection that are under way at once; the client waits with further ones.</summary>
    public int RequestsOfConnection { get; init; } = 16;

    /// <summary>How long the handshake may take.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may stop in the middle of a message, or take no replies.</summary>
    public TimeSpan Message { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long what is under way may take when the server ends.</summary>
    public TimeSpan Ending { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Most bytes that the requests of all clients hold.</summary>
    public long BufferBytes => (long)Connections * RequestsOfConnection * RequestBuffer.Bytes;
}
