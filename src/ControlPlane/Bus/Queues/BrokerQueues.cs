using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace BackupEngine.ControlPlane.Bus.Queues;

/// <summary>
/// The queues of the broker, for an operator: what waits in them, what has failed, and sending that again. A message is
/// acknowledged in the one queue only when the broker has confirmed it in the other: it may come twice, and every
/// consumer is idempotent; it is never lost.
/// </summary>
internal sealed class BrokerQueues(IConnection connection)
{
    /// <summary>The state of a queue; null when there is none of this name.</summary>
    public async Task<QueueState?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            var found = await channel.QueueDeclarePassiveAsync(name, cancellationToken);
            return new QueueState(name, found.MessageCount, found.ConsumerCount);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    /// <summary>Looks at the first messages; they stay where they are.</summary>
    public async Task<IReadOnlyList<QueuedMessage>> LookAsync(
        string name, int most, CancellationToken cancellationToken)
    {
        // Closing the channel gives back whatever was taken and not acknowledged.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var messages = new List<QueuedMessage>();
        while (messages.Count < most
            && await channel.BasicGetAsync(name, autoAck: false, cancellationToken) is { } message)
            messages.Add(QueuedMessage.Of(message));
        return messages;
    }

    /// <summary>Moves messages from one queue to another; those that arrive meanwhile stay.</summary>
    /// <returns>How many.</returns>
    public async Task<int> MoveAsync(string from, string to, int most, CancellationToken cancellationToken)
    {
        var confirmed = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, cancellationToken);
        var waiting = await channel.MessageCountAsync(from, cancellationToken);
        var moved = 0;
        while (moved < Math.Min(most, waiting)
            && await channel.BasicGetAsync(from, autoAck: false, cancellationToken) is { } message)
        {
            await channel.BasicPublishAsync(
                exchange: "", to, mandatory: true, WithoutFault(message), message.Body, cancellationToken);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
            moved++;
        }

        return moved;
    }

    /// <summary>As it was sent at first: without what the bus wrote about its failure.</summary>
    private static BasicProperties WithoutFault(BasicGetResult message)
    {
        var properties = new BasicProperties(message.BasicProperties) { Persistent = true };
        if (properties.Headers is { } headers)
            properties.Headers = headers
                .Where(header => !header.Key.StartsWith("MT-Fault-", StringComparison.Ordinal)
                    && header.Key != "MT-Reason")
                .ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal);
        return properties;
    }
}
