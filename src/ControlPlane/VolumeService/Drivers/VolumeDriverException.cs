namespace BackupEngine.ControlPlane.VolumeService.Drivers;

/// <summary>A driver could not do what was asked; the message says what happened, what is safe, what to do.</summary>
public sealed class VolumeDriverException : Exception
{
    /// <summary>Creates the error with its message.</summary>
    public VolumeDriverException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public VolumeDriverException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
