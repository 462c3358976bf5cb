using System.Net;
using System.Net.Sockets;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Jobs;

namespace BackupEngine.DataPlane.Nbd.Server.Listening;

/// <summary>A socket that clients can connect to, from its creation to its end.</summary>
internal sealed class NbdListener : IDisposable
{
    private const int Waiting = 16;

    private readonly ServerSocket? _path;

    private NbdListener(Socket socket, ServerSocket? path, string uri) => (Socket, _path, Uri) = (socket, path, uri);

    /// <summary>The socket.</summary>
    public Socket Socket { get; }

    /// <summary>How clients name it (NBD URI specification).</summary>
    public string Uri { get; }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="UsageException">That is not possible there; nothing was changed.</exception>
    public static NbdListener Open(NbdEndpoint endpoint, bool tls) => endpoint.Address is { } address
        ? OpenTcp(address, tls)
        : OpenUnix(endpoint.SocketPath!, tls);

    /// <inheritdoc/>
    public void Dispose()
    {
        Socket.Dispose();
        _path?.Dispose();
    }

    private static NbdListener OpenUnix(string path, bool tls)
    {
        var claimed = ServerSocket.Claim(path);
        Socket? socket = null;
        try
        {
            socket = claimed.Bind();
            socket.Listen(Waiting);
            return new NbdListener(socket, claimed, $"{(tls ? "nbds" : "nbd")}+unix:///?socket={Escape(claimed.Path)}");
        }
        catch
        {
            socket?.Dispose();
            claimed.Dispose();
            throw;
        }
    }

    /// <summary>Slashes are allowed in the query of a URI (RFC 3986, section 3.4), and read better.</summary>
    private static string Escape(string path) =>
        System.Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);

    private static NbdListener OpenTcp(IPEndPoint address, bool tls)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(Waiting);
            return new NbdListener(socket, path: null, $"{(tls ? "nbds" : "nbd")}://{socket.LocalEndPoint}");
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new UsageException($"It is not possible to listen on {address}: {e.Message}.", e);
        }
    }
}
