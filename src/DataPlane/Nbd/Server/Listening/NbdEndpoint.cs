using System.Net;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Nbd.Server.Listening;

/// <summary>Where a server listens: a Unix socket, or an address of TCP.</summary>
internal sealed record NbdEndpoint
{
    private NbdEndpoint(string? socketPath, IPEndPoint? address) => (SocketPath, Address) = (socketPath, address);

    /// <summary>The Unix socket; null for TCP.</summary>
    public string? SocketPath { get; }

    /// <summary>The address; null for a Unix socket. Port 0 is any that is free.</summary>
    public IPEndPoint? Address { get; }

    /// <summary>A Unix socket that only its owner can connect to.</summary>
    public static NbdEndpoint Unix(string path) => new(Path.GetFullPath(path), address: null);

    /// <summary>An address of TCP, as text.</summary>
    /// <exception cref="UsageException">It is none, or one that others reach without proving who they are.</exception>
    public static NbdEndpoint Tcp(string text, bool clientsAreKnown)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !IPAddress.TryParse(text[..colon].Trim('[', ']'), out var address)
            || !ushort.TryParse(text[(colon + 1)..], out var port))
        {
            throw new UsageException(
                $"'{text}' is no address to listen on: an IP address and a port are, as in 127.0.0.1:10809 or "
                + "[::1]:10809; port 0 is any that is free.");
        }

        if (!IPAddress.IsLoopback(address) && !clientsAreKnown)
        {
            throw new UsageException(
                $"{address} is not a loopback address: whoever reaches it could read the backup. Listen on 127.0.0.1, "
                + "or give --tls-certificate, --tls-key and --tls-ca, so that only clients with a certificate are "
                + "served.");
        }

        return new NbdEndpoint(socketPath: null, new IPEndPoint(address, port));
    }
}
