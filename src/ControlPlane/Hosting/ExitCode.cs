namespace BackupEngine.ControlPlane.Hosting;

/// <summary>How <c>backup-engine</c> ends.</summary>
public static class ExitCode
{
    /// <summary>Stopped as asked.</summary>
    public const int Success = 0;

    /// <summary>Could not start, or stopped by an error; the log tells which.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration cannot be used; nothing was started.</summary>
    public const int BadConfiguration = 2;

    /// <summary>The command has its answer, and it is no.</summary>
    public const int No = 3;
}
