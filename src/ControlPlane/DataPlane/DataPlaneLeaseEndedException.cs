namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// The lease of what the data plane did for a claim has run out, although the claim may be good: the database, or this
/// service, was away for long. What was stored stays stored: the same may be started again.
/// </summary>
public sealed class DataPlaneLeaseEndedException : Exception
{
    /// <summary>Without a message.</summary>
    public DataPlaneLeaseEndedException()
    {
    }

    /// <summary>With what has ended.</summary>
    public DataPlaneLeaseEndedException(string message)
        : base(message)
    {
    }

    /// <summary>With what has ended and the error of the call.</summary>
    public DataPlaneLeaseEndedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
