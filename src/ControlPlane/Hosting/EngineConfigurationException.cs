namespace BackupEngine.ControlPlane.Hosting;

/// <summary>
/// The configuration cannot be used. Nothing was started; the message tells every fault and what is allowed.
/// </summary>
public sealed class EngineConfigurationException : Exception
{
    /// <summary>Without details.</summary>
    public EngineConfigurationException()
    {
    }

    /// <summary>With what is wrong.</summary>
    public EngineConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and why.</summary>
    public EngineConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
