using System.Net.Security;
using System.Net.Sockets;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// The bytes of one connection. One thread receives while others send, one at a time; both block. <see cref="Abort"/>
/// ends both, from any thread.
/// </summary>
internal sealed class NbdTransport : IDisposable
{
    private readonly Socket _socket;
    private SslStream? _tls;

    private NbdTransport(Socket socket) => _socket = socket;

    /// <summary>Connects.</summary>
    /// <exception cref="ConnectionLostException">Nobody answers there.</exception>
    public static NbdTransport Connect(NbdUri uri, TimeSpan timeout)
    {
        var socket = uri.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            using var limit = new Timer(late => ((Socket)late!).Dispose(), socket, timeout, Timeout.InfiniteTimeSpan);
            Connect(socket, uri);
            return new NbdTransport(socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ArgumentException)
        {
            socket.Dispose();
            var reason = e is SocketException ? e.Message : $"no connection within {timeout.TotalSeconds} s";
            throw new ConnectionLostException($"{uri}: connecting failed: {reason}", e);
        }
    }

    /// <summary>Goes on under TLS.</summary>
    /// <exception cref="DeviceException">The server could not be verified, or refuses this client.</exception>
    public void StartTls(NbdUri uri, string? certificatesDirectory)
    {
        _tls = TlsSetup.Authenticate(new NetworkStream(_socket, ownsSocket: false), uri, certificatesDirectory);
    }

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="ConnectionLostException">The connection ended before.</exception>
    public void Receive(Span<byte> buffer)
    {
        try
        {
            while (buffer.Length > 0)
            {
                var received = _tls is null ? _socket.Receive(buffer) : _tls.Read(buffer);
                if (received == 0)
                {
                    throw new ConnectionLostException("the server closed the connection");
                }

                buffer = buffer[received..];
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw new ConnectionLostException($"receiving failed: {e.Message}", e);
        }
    }

    /// <summary>Sends a buffer, whole.</summary>
    /// <exception cref="ConnectionLostException">The connection ended before.</exception>
    public void Send(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (_tls is not null)
            {
                _tls.Write(buffer);
                return;
            }

            while (buffer.Length > 0)
            {
                buffer = buffer[_socket.Send(buffer)..];
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw new ConnectionLostException($"sending failed: {e.Message}", e);
        }
    }

    /// <summary>Ends the connection; whoever sends or receives gets an error.</summary>
    public void Abort() => _socket.Dispose();

    /// <summary>Ends the connection. Nobody may be using it any more.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _tls?.Dispose();
    }

    private static bool IsLoss(Exception e) =>
        e is SocketException or IOException or ObjectDisposedException or InvalidOperationException;

    private static void Connect(Socket socket, NbdUri uri)
    {
        if (uri.SocketPath is { } path)
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return;
        }

        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        socket.Connect(uri.Host, uri.Port);
    }
}
