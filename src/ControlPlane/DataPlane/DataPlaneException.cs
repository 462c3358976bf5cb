namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>The data plane refused a request, or its job failed; the message is the data plane's own.</summary>
public sealed class DataPlaneException : Exception
{
    /// <summary>Without a message.</summary>
    public DataPlaneException()
    {
    }

    /// <summary>With the data plane's message.</summary>
    public DataPlaneException(string message)
        : base(message)
    {
    }

    /// <summary>With the data plane's message and the error of the call.</summary>
    public DataPlaneException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
