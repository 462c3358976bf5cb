using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>Flags of open(2) (asm-generic/fcntl.h; arm64 has its own value for O_DIRECT).</summary>
internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Exclusive = 0x80;
    public const int CloseOnExec = 0x80000;

    public static int Direct { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        var other => throw new PlatformNotSupportedException($"The value of O_DIRECT on {other} is not known here."),
    };
}
