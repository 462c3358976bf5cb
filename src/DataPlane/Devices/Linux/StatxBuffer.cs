using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>The fields of struct statx that are used here (linux/stat.h); the kernel fills 256 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxBuffer
{
    public const uint BasicStats = 0x7ff;
    public const uint DirectIoAlignment = 0x2000;

    [FieldOffset(0)]
    public uint Mask;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(40)]
    public long SizeBytes;

    [FieldOffset(128)]
    public uint SpecialMajor;

    [FieldOffset(132)]
    public uint SpecialMinor;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;

    [FieldOffset(152)]
    public uint DirectMemoryAlignmentBytes;

    [FieldOffset(156)]
    public uint DirectOffsetAlignmentBytes;
}
