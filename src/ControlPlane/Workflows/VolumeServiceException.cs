namespace BackupEngine.ControlPlane.Workflows;

/// <summary>A volume service refused a request, failed at it, or did not answer.</summary>
public sealed class VolumeServiceException : Exception
{
    /// <summary>Without details.</summary>
    public VolumeServiceException()
    {
    }

    /// <summary>With what happened.</summary>
    public VolumeServiceException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and why.</summary>
    public VolumeServiceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
