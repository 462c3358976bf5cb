namespace BackupEngine.ControlPlane.Notifications.Sending;

/// <summary>The broker has not confirmed a notification. It waits, and is sent again.</summary>
public sealed class NotificationNotSentException : Exception
{
    /// <summary>Without details.</summary>
    public NotificationNotSentException()
        : this("The broker has not confirmed a notification.")
    {
    }

    /// <summary>With what happened.</summary>
    public NotificationNotSentException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and why.</summary>
    public NotificationNotSentException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
