using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Linux;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// The bytes of one connection. One thread receives while others send, one at a time; both block. <see cref="Abort"/>
/// ends both, from any thread.
/// </summary>
internal sealed class NbdTransport : IDisposable
{
    private readonly Socket _socket;
    private readonly SafeHandle _handle;
    private SslStream? _tls;
    private string? _abortReason;

    private NbdTransport(Socket socket) => (_socket, _handle) = (socket, socket.SafeHandle);

    /// <summary>Why the connection was ended from this side.</summary>
    public string AbortReason => _abortReason ?? "the connection was given up";

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
                var received = _tls is null ? ReceiveAll(buffer) : _tls.Read(buffer);
                if (received == 0)
                {
                    throw new ConnectionLostException(_abortReason ?? "the server closed the connection");
                }

                buffer = buffer[received..];
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw new ConnectionLostException(_abortReason ?? $"receiving failed: {e.Message}", e);
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
            throw new ConnectionLostException(_abortReason ?? $"sending failed: {e.Message}", e);
        }
    }

    /// <summary>Ends the connection; whoever sends or receives gets an error with the first reason.</summary>
    public void Abort(string reason)
    {
        Interlocked.CompareExchange(ref _abortReason, reason, null);
        _socket.Dispose();
    }

    /// <summary>Ends the connection. Nobody may be using it any more.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _tls?.Dispose();
    }

    /// <summary>
    /// The kernel waits until the buffer is full, instead of having this thread ask again for each piece that the
    /// server's socket buffer lets through.
    /// </summary>
    private unsafe int ReceiveAll(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var received = LibC.Receive(_handle, start, (nuint)buffer.Length, LibC.WaitForAll);
                if (received >= 0)
                {
                    return (int)received;
                }

                var errno = Marshal.GetLastPInvokeError();
                if (errno != ErrorNumbers.Interrupted)
                {
                    throw new IOException(ErrorNumbers.Describe(errno));
                }
            }
        }
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
