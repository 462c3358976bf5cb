namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>
/// Keystone cannot be asked: it is down, does not answer in time, or refuses the service user. Nothing is known of the
/// caller then: the request may be sent again (503), and is not refused for its token.
/// </summary>
public sealed class KeystoneUnavailableException : Exception
{
    /// <summary>Without details.</summary>
    public KeystoneUnavailableException()
    {
    }

    /// <summary>With what happened.</summary>
    public KeystoneUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and why.</summary>
    public KeystoneUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
