using System.Net.Sockets;
using System.Text;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// The path of the server's Unix socket, owned for as long as this lives. Ownership is a lock on the file PATH.lock,
/// which the kernel lets go of when the process ends in whatever way. The lock file stays: removing it would let two
/// processes own one path.
/// </summary>
internal sealed class ServerSocket : IDisposable
{
    /// <summary>sun_path of unix(7) has 108 bytes, the last of which is zero.</summary>
    private const int LongestPathBytes = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;
    private bool _bound;

    private ServerSocket(string path, FileStream pathLock) => (Path, _lock) = (path, pathLock);

    /// <summary>The absolute path of the socket.</summary>
    public string Path { get; }

    /// <summary>Takes possession of a path, and removes what a server that died has left there.</summary>
    /// <exception cref="UsageException">The path cannot be a socket, or another server has it. Nothing was
    /// changed.</exception>
    public static ServerSocket Claim(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        Check(path);
        var socket = new ServerSocket(path, Lock(path));
        try
        {
            RemoveStale(path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Binds the socket. It cannot be connected to before it listens, and has its mode by then.</summary>
    public Socket Bind()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(Path));
            _bound = true;
            File.SetUnixFileMode(Path, OwnerOnly);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Removes the socket and gives the path up.</summary>
    public void Dispose()
    {
        if (_bound)
        {
            File.Delete(Path);
        }

        _lock.Dispose();
    }

    private static void Check(string path)
    {
        var lengthBytes = Encoding.UTF8.GetByteCount(path);
        if (lengthBytes > LongestPathBytes)
        {
            throw new UsageException(
                $"The path of a Unix socket has at most {LongestPathBytes} bytes; {path} has {lengthBytes}.");
        }

        if (!Directory.Exists(System.IO.Path.GetDirectoryName(path)))
        {
            throw new UsageException(
                $"The directory of the socket {path} does not exist. Create it, open to its owner only.");
        }
    }

    private static FileStream Lock(string path)
    {
        var name = path + ".lock";
        try
        {
            return new FileStream(name, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            });
        }
        catch (IOException e)
        {
            throw new UsageException(
                $"Another data plane serves on {path} (it holds {name}). Stop it, or serve on another socket.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UsageException($"{name} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>
    /// Nobody holds the lock, so a socket found here is a dead server's; a living stranger's is left alone all the
    /// same.
    /// </summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new UsageException(
                $"{path} exists and is no socket of a data plane ({e.Message}). It was left as it is.", e);
        }

        throw new UsageException($"Another program serves on {path}. Stop it, or serve on another socket.");
    }

    private static bool IsSocket(string path) =>
        Devices.Linux.DeviceFile.KindOf(path) == Devices.Linux.FileKind.Socket;
}
