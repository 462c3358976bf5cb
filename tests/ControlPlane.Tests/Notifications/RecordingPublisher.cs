using System.Collections.Concurrent;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Notifications.Sending;

namespace BackupEngine.ControlPlane.Tests.Notifications;

/// <summary>A broker that keeps what it is sent, while it is there.</summary>
internal sealed class RecordingPublisher : INotificationPublisher
{
    private readonly ConcurrentQueue<NotificationEntity> _sent = new();

    public bool IsAway { get; set; }

    /// <summary>So many are confirmed; of those that follow the confirmation is lost.</summary>
    public int? FailsAfter { get; set; }

    public IEnumerable<Guid> Sent => _sent.Select(notification => notification.MessageId);

    public IReadOnlyList<string> Types => [.. _sent.Select(notification => notification.EventType)];

    public Task PublishAsync(NotificationEntity notification, CancellationToken cancellationToken)
    {
        if (IsAway)
            throw new NotificationNotSentException("the broker is away");
        _sent.Enqueue(notification);
        return FailsAfter is { } most && _sent.Count > most
            ? throw new NotificationNotSentException("the confirmation was lost")
            : Task.CompletedTask;
    }
}
