using System.Text;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace BackupEngine.ControlPlane.Notifications.Sending;

/// <summary>
/// Sends notifications to RabbitMQ as oslo.messaging does: to a topic exchange, and with a queue of the routing key's
/// name, so that nothing is lost before the first consumer comes. For one caller at a time.
/// </summary>
internal sealed class BrokerNotificationPublisher(EngineOptions options) : INotificationPublisher, IAsyncDisposable
{
    /// <summary>
    /// Connecting, declaring and one confirmation together wait no longer than this for the broker.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly CreateChannelOptions Confirmed = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    /// <summary>Routing keys whose queue was found or declared over the connection that is open.</summary>
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);

    private IConnection? _connection;
    private IChannel? _channel;

    /// <inheritdoc/>
    public async Task PublishAsync(NotificationEntity notification, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await SendAsync(notification, patience.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever is wrong with the connection, the next attempt begins with another one, and declares again.
            await CloseAsync();
            throw new NotificationNotSentException(e is OperationCanceledException
                ? $"the broker did not confirm it within {Patience.TotalSeconds:0} s"
                : e.GetBaseException().Message, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task SendAsync(NotificationEntity notification, CancellationToken cancellationToken)
    {
        var key = $"{options.NotificationTopic}.{notification.Priority.ToLowerInvariant()}";
        var (connection, channel) = await OpenAsync(cancellationToken);
        if (!_declared.Contains(key))
        {
            await DeclareAsync(connection, key, cancellationToken);
            _declared.Add(key);
        }

        var properties = new BasicProperties
        {
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            MessageId = notification.MessageId.ToString(),
            Persistent = true,
        };
        // Mandatory: a broker that has no queue for it says so, instead of confirming what it has thrown away.
        await channel.BasicPublishAsync(
            options.NotificationExchange, key, mandatory: true, properties,
            Encoding.UTF8.GetBytes(NotificationMessage.Envelop(notification.MessageJson)), cancellationToken);
    }

    private async Task<(IConnection Connection, IChannel Channel)> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open && _channel is { IsOpen: true } channel)
            return (open, channel);
        await CloseAsync();
        _connection = await BrokerConnection.OpenAsync(options, cancellationToken, "notifications");
        _channel = await _connection.CreateChannelAsync(Confirmed, cancellationToken);
        return (_connection, _channel);
    }

    /// <summary>
    /// What is there is used as it is: its first owner decided what it outlives, and declaring it otherwise would be
    /// refused.
    /// </summary>
    private async Task DeclareAsync(IConnection connection, string key, CancellationToken cancellationToken)
    {
        var (exchange, durable) = (options.NotificationExchange, options.NotificationDurable);
        if (!await IsThereAsync(connection, channel => channel.ExchangeDeclarePassiveAsync(
            exchange, cancellationToken), cancellationToken))
            await DoAsync(connection, channel => channel.ExchangeDeclareAsync(
                exchange, ExchangeType.Topic, durable, autoDelete: false, cancellationToken: cancellationToken),
                cancellationToken);
        if (!await IsThereAsync(connection, channel => channel.QueueDeclarePassiveAsync(
            key, cancellationToken), cancellationToken))
            await DoAsync(connection, channel => channel.QueueDeclareAsync(
                key, durable, exclusive: false, autoDelete: false, cancellationToken: cancellationToken),
                cancellationToken);
        await DoAsync(connection, channel => channel.QueueBindAsync(
            key, exchange, key, cancellationToken: cancellationToken), cancellationToken);
    }

    private static async Task<bool> IsThereAsync(
        IConnection connection, Func<IChannel, Task> look, CancellationToken cancellationToken)
    {
        try
        {
            await DoAsync(connection, look, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    /// <summary>On a channel of its own: the broker closes one on which something was refused.</summary>
    private static async Task DoAsync(
        IConnection connection, Func<IChannel, Task> action, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await action(channel);
    }

    private async Task CloseAsync()
    {
        var (channel, connection) = (_channel, _connection);
        (_channel, _connection) = (null, null);
        _declared.Clear();
        if (channel is not null)
            await channel.DisposeAsync();
        if (connection is not null)
            await connection.DisposeAsync();
    }
}
