using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Notifications.Sending;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BackupEngine.ControlPlane.Notifications;

/// <summary>Adds the notifications.</summary>
public static class NotificationRegistration
{
    /// <summary>Adds the outbox, and where notifications are on what empties it.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services, EngineOptions options)
    {
        services.TryAddSingleton<NotificationOutbox>();
        if (!NotificationSettings.AreOn(options))
            return services;
        services.AddSingleton<INotificationPublisher, BrokerNotificationPublisher>();
        services.AddSingleton<NotificationTurn>();
        services.AddHostedService<NotificationSender>();
        return services;
    }
}
