namespace BackupEngine.ControlPlane.VolumeService.Linux;

/// <summary>Numbers of the errors that are told apart. Source: asm-generic/errno-base.h and errno.h.</summary>
internal static class ErrorNumbers
{
    public const int NoEntry = 2;
    public const int NoSuchDevice = 6;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int InvalidArgument = 22;
    public const int NotATerminal = 25;
    public const int NoSpace = 28;
    public const int NoSystemCall = 38;
    public const int NotSupported = 95;
}
