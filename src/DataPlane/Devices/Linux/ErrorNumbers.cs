using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>Error numbers of Linux (asm-generic/errno-base.h and errno.h; the same on x86-64 and arm64).</summary>
internal static class ErrorNumbers
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int NoDeviceOrAddress = 6;
    public const int Again = 11;
    public const int NoMemory = 12;
    public const int Access = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int NotTty = 25;
    public const int NotImplemented = 38;
    public const int NotSupported = 95;
    public const int Canceled = 125;

    /// <summary>The kernel's name and words for an error number.</summary>
    public static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";

    /// <summary>What an error of open means to the caller.</summary>
    public static DeviceErrorKind KindOf(int errno) => errno switch
    {
        NoEntry or NotDirectory or NoDeviceOrAddress or NoDevice => DeviceErrorKind.NotFound,
        Io => DeviceErrorKind.Io,
        _ => DeviceErrorKind.NotUsable,
    };
}
