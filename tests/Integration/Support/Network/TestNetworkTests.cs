using System.Diagnostics;
using System.Net.Sockets;

namespace BackupEngine.Integration.Support.Network;

/// <summary>What tests of several hosts stand on.</summary>
public sealed class TestNetworkTests
{
    [Fact]
    public async Task A_host_whose_cable_is_pulled_is_out_of_reach_and_back_when_it_is_put_in_again()
    {
        using var network = new TestNetwork();
        using var other = new TestNetwork(); // the same addresses, and nobody is confused
        var (a, b) = (network.AddHost("a"), network.AddHost("b"));
        other.AddHost("a");
        using var server = Process.Start(
            b.Namespace.StartInfo("python3", "-m", "http.server", "8776", "--directory", "/proc/self/fdinfo"))!;
        using var http = new HttpClient(network.NewHttpHandler()) { Timeout = TimeSpan.FromSeconds(5) };
        var url = new Uri($"http://{b.Address}:8776/");

        await Eventually.HoldsAsync(() => AnswersAsync(http, url), "b answers");
        network.Cut(b);
        Assert.False(await AnswersAsync(http, url));
        Assert.True(Pings(network.Hub, a.Address));
        Assert.False(Pings(a.Namespace, b.Address));
        network.Heal(b);

        await Eventually.HoldsAsync(() => AnswersAsync(http, url), "b answers again");
    }

    [Fact]
    public async Task Hosts_run_engines_with_the_broker_and_the_database_of_the_hub_and_nothing_stays()
    {
        string[] names;
        using (var network = new TestNetwork())
        {
            using var hub = HubServices.Start(network);
            using var node = new EngineNode(
                network, network.AddHost("a"), "api,backup", ("Transport", "rabbitmq"), ("RabbitMq", hub.RabbitMq),
                ("Database", "postgresql"), ("PostgreSql", hub.PostgreSql));
            await node.StartReadyAsync();
            var first = node.ProcessId;
            node.Pause();
            node.Continue();
            node.Kill();
            hub.StopBroker();
            hub.StopDatabase();
            hub.StartDatabase();
            hub.StartBroker();
            await node.StartReadyAsync();
            Assert.NotEqual(first, node.ProcessId);
            using var user = node.NewUser();
            names = [network.Hub.Name, node.Host.Namespace.Name];
        }

        Assert.DoesNotContain(names, name => File.Exists("/run/netns/" + name));
    }

    [Fact]
    public async Task What_a_failure_leaves_running_goes_with_the_network()
    {
        using var process = new Process();
        using (var network = new TestNetwork())
        {
            var a = network.AddHost("a");
            process.StartInfo = a.StartInfo("sleep", "600");
            process.Start();
            await Eventually.HoldsAsync(
                () => Task.FromResult(a.Namespace.ProcessIds().Contains(process.Id)), "the process is there");
            Command.Run("kill", "-STOP", $"{process.Id}");
        }

        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri url)
    {
        try
        {
            using var response = await http.GetAsync(url, TestContext.Current.CancellationToken);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static bool Pings(NetworkNamespace from, string address)
    {
        using var socket = from.NewSocket();
        try
        {
            // Nobody listens: a host that is there says so.
            return socket.ConnectAsync(address, 9).Wait(TimeSpan.FromSeconds(20));
        }
        catch (AggregateException e)
            when (e.InnerException is SocketException { SocketErrorCode: var code })
        {
            return code == SocketError.ConnectionRefused;
        }
    }
}
