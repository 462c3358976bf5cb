namespace BackupEngine.ControlPlane.Bus;

/// <summary>A command did not reach the broker. Its record is unchanged and waits to be sent again.</summary>
public sealed class CommandNotSentException : Exception
{
    /// <summary>Without a message.</summary>
    public CommandNotSentException()
    {
    }

    /// <summary>With what happened.</summary>
    public CommandNotSentException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and the broker's own error.</summary>
    public CommandNotSentException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
