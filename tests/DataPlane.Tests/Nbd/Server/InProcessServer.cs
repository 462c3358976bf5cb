using System.Net.Security;
using System.Net.Sockets;
using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Nbd.Server.Connections;
using BackupEngine.DataPlane.Nbd.Server.Volumes;
using BackupEngine.DataPlane.Tests.Devices;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>The server over a volume, on a Unix socket, in this process.</summary>
internal sealed class InProcessServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new(TemporaryFolder.MemoryFileSystem);
    private readonly CancellationTokenSource _ending = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _serving;

    public InProcessServer(
        IServedVolume volume,
        NbdServerLimits? limits = null,
        SslServerAuthenticationOptions? tls = null,
        TimeProvider? time = null)
    {
        Path = _folder.File("socket");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(16);
        var server = new NbdServer(
            new Export("backup", "A backup", volume),
            limits ?? new NbdServerLimits(),
            tls,
            Counters,
            time ?? TimeProvider.System,
            NullLogger.Instance);
        _serving = Task.Run(() => server.RunAsync(_listener, _ending.Token));
    }

    public string Path { get; }

    public ServeCounters Counters { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _serving;
        _listener.Dispose();
        _ending.Dispose();
        _folder.Dispose();
    }
}
