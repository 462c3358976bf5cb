using System.Text;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.Integration.Support;
using RabbitMQ.Client;

namespace BackupEngine.Integration.Notifications;

/// <summary>
/// Takes notifications as a stock consumer does: it declares exchange and queues as oslo.messaging does by default, and
/// opens the envelope.
/// </summary>
internal sealed class NotificationConsumer : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _topic;

    private NotificationConsumer(IConnection connection, IChannel channel, string topic) =>
        (_connection, _channel, _topic) = (connection, channel, topic);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What has come so far: the messages inside the envelopes.</summary>
    public List<JsonNode> Seen { get; } = [];

    /// <summary>What has come so far about a backup, by routing key and type of event.</summary>
    public IEnumerable<string> EventsOf(Guid backup) => Seen
        .Where(message => (string?)message["payload"]!["backup_id"] == backup.ToString())
        .Select(message => $"{message["key"]} {message["event_type"]}");

    /// <summary>Connects and declares.</summary>
    public static async Task<NotificationConsumer> StartAsync(string address, string exchange, string topic)
    {
        var options = new EngineOptions { Transport = "rabbitmq", RabbitMq = address };
        var connection = await BrokerConnection.OpenAsync(options, Token);
        var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await channel.ExchangeDeclareAsync(
            exchange, ExchangeType.Topic, durable: false, autoDelete: false, cancellationToken: Token);
        foreach (var key in new[] { topic + ".info", topic + ".error" })
        {
            await channel.QueueDeclareAsync(
                key, durable: false, exclusive: false, autoDelete: false, cancellationToken: Token);
            await channel.QueueBindAsync(key, exchange, key, cancellationToken: Token);
        }

        return new NotificationConsumer(connection, channel, topic);
    }

    /// <summary>Waits until an event about a backup has come.</summary>
    public Task AwaitAsync(Guid backup, string key, string type) => Eventually.HoldsAsync(
        async () =>
        {
            await TakeAsync(key);
            return EventsOf(backup).Contains($"{_topic}.{key} {type}", StringComparer.Ordinal);
        },
        $"{type} of backup {backup}");

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task TakeAsync(string priority)
    {
        var key = $"{_topic}.{priority}";
        while (await _channel.BasicGetAsync(key, autoAck: true, Token) is { } message)
        {
            Assert.Equal("application/json", message.BasicProperties.ContentType);
            Assert.Equal("utf-8", message.BasicProperties.ContentEncoding);
            var envelope = JsonNode.Parse(Encoding.UTF8.GetString(message.Body.Span))!;
            Assert.Equal("2.0", (string?)envelope["oslo.version"]);
            var inside = JsonNode.Parse((string)envelope["oslo.message"]!)!;
            inside["key"] = message.RoutingKey;
            Seen.Add(inside);
        }
    }
}
