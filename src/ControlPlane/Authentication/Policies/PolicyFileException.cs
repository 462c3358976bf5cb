namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>The policy file cannot be used; the message tells every fault with its line. Nothing was started.</summary>
public sealed class PolicyFileException : Exception
{
    /// <summary>Without details.</summary>
    public PolicyFileException()
    {
    }

    /// <summary>With what is wrong.</summary>
    public PolicyFileException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and why.</summary>
    public PolicyFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
