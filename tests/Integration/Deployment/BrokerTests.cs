using System.Text;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Bus.Queues;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.Integration.Support;
using RabbitMQ.Client;

namespace BackupEngine.Integration.Deployment;

/// <summary>A real broker: encrypted connections, and messages that have failed.</summary>
[Collection(Broker.Name)]
public sealed class BrokerTests(VolumeFileSystem files)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_encrypted_connection_demands_the_right_authority_and_the_right_name()
    {
        var (address, authority) = Encrypted();
        var good = new EngineOptions { Transport = "rabbitmq", RabbitMq = address, RabbitMqCaFile = authority };
        await using (var connection = await BrokerConnection.OpenAsync(good, Token))
            Assert.True(connection.IsOpen);

        var unknown = new EngineOptions { Transport = "rabbitmq", RabbitMq = address };
        var otherName = new EngineOptions
        {
            Transport = "rabbitmq",
            RabbitMq = address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal),
            RabbitMqCaFile = authority,
        };
        await Assert.ThrowsAnyAsync<Exception>(() => BrokerConnection.OpenAsync(unknown, Token));
        await Assert.ThrowsAnyAsync<Exception>(() => BrokerConnection.OpenAsync(otherName, Token));
    }

    [Fact]
    public async Task A_backup_runs_over_an_encrypted_bus_with_a_password_from_a_file()
    {
        var (address, authority) = Encrypted();
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, "guest\n", Token);
        await using var engine = await EngineUnderTest.StartAsync(
            files, "rabbitmq",
            ("RabbitMq", address.Replace(":guest@", "@", StringComparison.Ordinal)),
            ("RabbitMqCaFile", authority),
            ("RabbitMqPasswordFile", secret));

        await engine.User.BackupAsync(await engine.User.CreateVolumeAsync());

        File.Delete(secret);
    }

    [Fact]
    public async Task Messages_that_failed_are_looked_at_and_sent_again_as_they_were()
    {
        var options = new EngineOptions { Transport = "rabbitmq", RabbitMq = Broker.Address };
        await using var connection = await BrokerConnection.OpenAsync(options, Token);
        var name = "test-" + Guid.NewGuid().ToString("N");
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        foreach (var queue in new[] { name, name + QueueAddress.ErrorSuffix })
            await channel.QueueDeclareAsync(
                queue, durable: false, exclusive: true, autoDelete: true, cancellationToken: Token);
        var body = new JsonObject { ["messageType"] = new JsonArray("urn:message:Some.Place:CreateBackup") };
        for (var i = 0; i < 3; i++)
            await PublishAsync(channel, name + QueueAddress.ErrorSuffix, $"{i}", body.ToJsonString());
        await PublishAsync(channel, name + QueueAddress.ErrorSuffix, "poison", "{ not json");
        var queues = new BrokerQueues(connection);
        await Eventually.HoldsAsync(
            async () => (await queues.FindAsync(name + "_error", Token))!.Messages == 4, "four messages");

        var seen = await queues.LookAsync(name + "_error", 10, Token);
        var moved = await queues.MoveAsync(name + "_error", name, 2, Token);

        Assert.Equal(["0", "1", "2", "poison"], seen.Select(message => message.Id));
        Assert.Equal(["CreateBackup", ""], new[] { seen[0].Type, seen[3].Type });
        Assert.All(seen, message => Assert.Equal("the database was away", message.Fault));
        Assert.Equal(2, moved);
        await Eventually.HoldsAsync(
            async () => (await queues.FindAsync(name, Token))!.Messages == 2
                && (await queues.FindAsync(name + "_error", Token))!.Messages == 2,
            "two in each queue");
        var again = await channel.BasicGetAsync(name, autoAck: true, Token);
        Assert.Equal("kept", Encoding.UTF8.GetString((byte[])again!.BasicProperties.Headers!["trace"]!));
        Assert.DoesNotContain("MT-Fault-Message", again.BasicProperties.Headers.Keys);
        Assert.Null(await queues.FindAsync(name + "_skipped", Token));
    }

    private static (string Address, string Authority) Encrypted()
    {
        _ = Broker.Address;
        var directory = Environment.GetEnvironmentVariable("BACKUPENGINE_TEST_RABBITMQ_DIR") ?? "";
        var address = Path.Combine(directory, "tls-address");
        Assert.SkipUnless(
            File.Exists(address), "needs BACKUPENGINE_TEST_RABBITMQ_DIR of tests/Integration/start-rabbitmq");
        return (File.ReadAllText(address).Trim(), Path.Combine(directory, "ca.pem"));
    }

    private static async Task PublishAsync(IChannel channel, string queue, string id, string body) =>
        await channel.BasicPublishAsync(
            exchange: "",
            queue,
            mandatory: true,
            new BasicProperties
            {
                MessageId = id,
                Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["trace"] = "kept",
                    ["MT-Fault-Message"] = "the database was away",
                },
            },
            Encoding.UTF8.GetBytes(body),
            Token);
}
