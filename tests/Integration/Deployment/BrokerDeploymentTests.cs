using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Bus.Queues;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.Integration.Support;
using BackupEngine.Integration.Support.Network;

namespace BackupEngine.Integration.Deployment;

/// <summary>
/// Brokers as operators set them up: virtual hosts, certificates of hosts; and what shows that it works.
/// </summary>
[Collection(Broker.Name)]
public sealed class BrokerDeploymentTests(VolumeFileSystem files)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_runs_in_a_virtual_host_and_the_queues_are_listed_there()
    {
        var name = "test-" + Guid.NewGuid().ToString("N")[..8];
        BrokerControl.Run("add_vhost", name);
        BrokerControl.Run("set_permissions", "-p", name, "guest", ".*", ".*", ".*");
        var address = Broker.Address.TrimEnd('/') + "/" + name;
        await using (var engine = await EngineUnderTest.StartAsync(files, "rabbitmq", ("RabbitMq", address)))
        {
            await engine.User.BackupAsync(await engine.User.CreateVolumeAsync());

            var listed = ListQueues(Path.GetDirectoryName(engine.Repository)!, address);
            var backup = Assert.Single(listed, queue => queue!["queue"]!.GetValue<string>() == "backup");
            Assert.Equal(1, backup!["consumers"]!.GetValue<int>());
            Assert.Single(listed, queue => queue!["queue"]!.GetValue<string>().StartsWith(
                "volume-test-", StringComparison.Ordinal));
        }

        BrokerControl.Run("delete_vhost", name);
    }

    [Fact]
    public async Task A_host_shows_its_certificate_and_a_foreign_one_is_refused()
    {
        var directory = BrokerControl.DirectoryPath;
        var good = Encrypted(directory, "host");
        await using (var connection = await BrokerConnection.OpenAsync(good, Token))
            Assert.Contains(
                "CN=backup host", BrokerControl.Run("list_connections", "ssl", "peer_cert_subject"),
                StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<Exception>(
            () => BrokerConnection.OpenAsync(Encrypted(directory, "foreign"), Token));
    }

    [Fact]
    public async Task A_process_without_the_api_answers_for_its_health_only()
    {
        await using var process = await new ServeProcess(
            ("Roles", "volume,backup"), ("Transport", "rabbitmq"), ("RabbitMq", Broker.Address),
            ("Host", "health-" + Guid.NewGuid().ToString("N")[..8])).ReadyAsync();

        Assert.Equal(HttpStatusCode.OK, await process.StatusAsync("/healthz/live"));
        Assert.Equal(HttpStatusCode.NotFound, await process.StatusAsync("/v3"));
        Assert.Equal(HttpStatusCode.NotFound, await process.StatusAsync("/"));
        Assert.Equal(0, await process.TerminateAsync());
        Assert.Null(await process.StatusAsync("/healthz/live"));
    }

    private static EngineOptions Encrypted(string directory, string certificate) => new()
    {
        Transport = "rabbitmq",
        RabbitMq = File.ReadAllText(Path.Combine(directory, "tls-address")).Trim(),
        RabbitMqCaFile = Path.Combine(directory, "ca.pem"),
        RabbitMqCertificateFile = Path.Combine(directory, certificate + ".pem"),
        RabbitMqKeyFile = Path.Combine(directory, certificate + ".key"),
    };

    private static JsonArray ListQueues(string stateDirectory, string address)
    {
        var start = new ProcessStartInfo(SourceTree.Program("ControlPlane", "backup-engine"))
        {
            ArgumentList = { "queues", "list", "--json", "--state-dir", stateDirectory },
            Environment = { ["Engine__Transport"] = "rabbitmq", ["Engine__RabbitMq"] = address },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return JsonNode.Parse(text)!.AsArray();
    }
}
