namespace BackupEngine.ControlPlane.VolumeService.Linux;

/// <summary>A system call failed.</summary>
internal sealed class LinuxException(string message, int errorNumber) : IOException(message, errorNumber)
{
    /// <summary>The kernel's number of the error, one of <see cref="ErrorNumbers"/>.</summary>
    public int ErrorNumber { get; } = errorNumber;
}
