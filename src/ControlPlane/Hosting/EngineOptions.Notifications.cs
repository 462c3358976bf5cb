namespace BackupEngine.ControlPlane.Hosting;

/// <summary>Whether others are told what becomes of backups, and where.</summary>
public sealed partial class EngineOptions
{
    /// <summary>
    /// <c>none</c>, or <c>messagingv2</c>: notifications as Cinder sends them, to the broker of <see cref="RabbitMq"/>,
    /// in the format of oslo.messaging's driver of that name. The same on every host.
    /// </summary>
    public string Notifications { get; set; } = "none";

    /// <summary>The topic exchange that they are sent to; Cinder's <c>control_exchange</c>.</summary>
    public string NotificationExchange { get; set; } = "cinder";

    /// <summary>
    /// What their routing keys, and the queues of these names, begin with: <c>TOPIC.info</c> and <c>TOPIC.error</c>.
    /// </summary>
    public string NotificationTopic { get; set; } = "notifications";

    /// <summary>
    /// Whether exchange and queues outlive a restart of the broker where this engine is the first to declare them; as
    /// <c>amqp_durable_queues</c> of their consumers. Those that are there are used as they are.
    /// </summary>
    public bool NotificationDurable { get; set; }

    /// <summary>How often the progress of a running backup is told, in seconds; 0: never.</summary>
    public int NotificationProgressSeconds { get; set; } = 120;

    /// <summary>So many notifications wait for the broker at most; beyond, the oldest are dropped.</summary>
    public int NotificationsKept { get; set; } = 100_000;
}
