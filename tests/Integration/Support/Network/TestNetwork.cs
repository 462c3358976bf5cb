using System.Net;
using System.Net.Sockets;

namespace BackupEngine.Integration.Support.Network;

/// <summary>
/// Hosts in network namespaces of their own, joined by a bridge in one more, the hub, where broker and database listen.
/// Nothing of it is in the machine's own namespace, so addresses and ports of parallel runs cannot collide.
/// </summary>
/// <remarks>The hub is 10.77.0.1, the hosts 10.77.0.11, .12 and so on.</remarks>
internal sealed class TestNetwork : IDisposable
{
    public const string HubAddress = "10.77.0.1";

    private const string Bridge = "bridge0";
    private readonly string _prefix = "be-" + Guid.NewGuid().ToString("N")[..6];
    private readonly string _directory = Directory.CreateTempSubdirectory("be-network-").FullName;
    private readonly List<NetworkHost> _hosts = [];

    public TestNetwork()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root: it makes network namespaces");
        Assert.SkipUnless(Command.Exists("ip"), "needs ip (Debian: iproute2)");
        Hub = new NetworkNamespace(_prefix + "-hub");
        try
        {
            Hub.Ip("link", "add", "name", Bridge, "type", "bridge");
            Hub.Ip("address", "add", HubAddress + "/24", "dev", Bridge);
            Hub.Ip("link", "set", Bridge, "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public NetworkNamespace Hub { get; }

    public IReadOnlyList<NetworkHost> Hosts => _hosts;

    /// <summary>Adds a host with a cable to the bridge. A name has at most ten characters.</summary>
    public NetworkHost AddHost(string name)
    {
        var identity = Path.Combine(_directory, name);
        File.WriteAllText(identity, Guid.NewGuid().ToString("N") + "\n");
        var host = new NetworkHost(
            name, $"10.77.0.{11 + _hosts.Count}", new NetworkNamespace($"{_prefix}-{name}"), identity);
        _hosts.Add(host);
        Hub.Ip("link", "add", "name", PortOf(host), "type", "veth", "peer", "name", "eth0", "netns",
            host.Namespace.Name);
        Hub.Ip("link", "set", PortOf(host), "master", Bridge, "up");
        host.Namespace.Ip("address", "add", host.Address + "/24", "dev", "eth0");
        host.Namespace.Ip("link", "set", "eth0", "up");
        return host;
    }

    /// <summary>Pulls a host's cable: what it sends and what is sent to it is lost, and nobody is told.</summary>
    public void Cut(NetworkHost host) => Hub.Ip("link", "set", PortOf(host), "down");

    /// <summary>Puts it in again.</summary>
    public void Heal(NetworkHost host) => Hub.Ip("link", "set", PortOf(host), "up");

    /// <summary>Speaks HTTP from the hub to any address of the network.</summary>
    public SocketsHttpHandler NewHttpHandler() => new()
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = Hub.NewSocket();
            try
            {
                var address = IPAddress.Parse(context.DnsEndPoint.Host);
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    /// <summary>Ends every process of every namespace, then removes them all, whatever state they are in.</summary>
    public void Dispose()
    {
        foreach (var host in _hosts)
            host.Namespace.Dispose();
        Hub?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string PortOf(NetworkHost host) => "to-" + host.Name;
}
