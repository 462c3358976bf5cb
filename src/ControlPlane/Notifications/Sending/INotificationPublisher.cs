using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Notifications.Sending;

/// <summary>The way to those who want to know.</summary>
internal interface INotificationPublisher
{
    /// <summary>Sends one; returns when it is in every queue that it is for.</summary>
    /// <exception cref="NotificationNotSentException">It may not be.</exception>
    Task PublishAsync(NotificationEntity notification, CancellationToken cancellationToken);
}
