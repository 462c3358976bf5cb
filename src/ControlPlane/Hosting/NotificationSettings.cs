namespace BackupEngine.ControlPlane.Hosting;

/// <summary>What the options about notifications may say.</summary>
public static class NotificationSettings
{
    /// <summary>No notification is written.</summary>
    public const string Off = "none";

    /// <summary>They are sent; the name of oslo.messaging's driver for the same format.</summary>
    public const string MessagingV2 = "messagingv2";

    private const int LongestName = 100;

    /// <summary>Whether notifications are written and sent.</summary>
    public static bool AreOn(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Notifications != Off;
    }

    /// <summary>What is wrong with the options, each with what is allowed.</summary>
    public static IEnumerable<string> Faults(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Notifications is not (Off or MessagingV2))
            yield return $"Notifications \"{options.Notifications}\" is not allowed. Notifications is one of {Off}, "
                + $"{MessagingV2}.";
        if (options.Notifications == MessagingV2 && options.Transport != "rabbitmq")
            yield return $"Notifications {MessagingV2} needs a broker, and Transport {options.Transport} has none. "
                + $"Give Transport rabbitmq with RabbitMq, or leave Notifications at {Off}.";
        if (!IsName(options.NotificationExchange)
            || options.NotificationExchange.StartsWith("amq.", StringComparison.Ordinal))
            yield return $"NotificationExchange \"{options.NotificationExchange}\" is not usable: it has 1 to "
                + $"{LongestName} of the characters a-z A-Z 0-9 . - _ and does not begin with \"amq.\", which is the "
                + "broker's own.";
        if (!IsName(options.NotificationTopic))
            yield return $"NotificationTopic \"{options.NotificationTopic}\" is not usable: it has 1 to {LongestName} "
                + "of the characters a-z A-Z 0-9 . - _";
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
