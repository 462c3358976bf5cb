namespace BackupEngine.ControlPlane.Authentication;

/// <summary>The token file cannot be used; the message says why and what to do. The program does not start.</summary>
public sealed class TokenFileException : Exception
{
    /// <summary>Without details.</summary>
    public TokenFileException()
    {
    }

    /// <summary>With what happened.</summary>
    public TokenFileException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and why.</summary>
    public TokenFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
