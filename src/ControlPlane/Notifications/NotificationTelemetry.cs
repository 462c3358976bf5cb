using System.Diagnostics.Metrics;

namespace BackupEngine.ControlPlane.Notifications;

/// <summary>What becomes of notifications, counted.</summary>
public static class NotificationTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "BackupEngine.Notifications";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Sent = Meter.CreateCounter<long>(
        "backupengine.notifications.sent", "{notification}", "Notifications that the broker has confirmed.");

    private static readonly Counter<long> Dropped = Meter.CreateCounter<long>(
        "backupengine.notifications.dropped",
        "{notification}",
        "Notifications that were never sent, since too many waited for the broker.");

    private static readonly Counter<long> Failed = Meter.CreateCounter<long>(
        "backupengine.notifications.failures", "{attempt}", "Attempts to send that failed; each is made again.");

    /// <summary>The broker has confirmed one.</summary>
    public static void CountSent() => Sent.Add(1);

    /// <summary>Some were dropped.</summary>
    public static void CountDropped(int notifications) => Dropped.Add(notifications);

    /// <summary>An attempt failed.</summary>
    public static void CountFailure() => Failed.Add(1);
}
